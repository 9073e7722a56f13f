import { testSeeds } from './batch.ts';

testSeeds(251, 51);
