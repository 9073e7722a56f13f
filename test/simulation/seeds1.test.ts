import { testSeeds } from './batch.ts';

testSeeds(101, 50);
