import { testSeeds } from './batch.ts';

testSeeds(151, 50);
