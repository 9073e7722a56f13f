import { testSeeds } from './batch.ts';

testSeeds(201, 50);
