import type { Loose } from '../../cluster/types.ts';
import type { Dice } from '../chance.ts';

const CHOICES = {
  managementPolicy: ['Enforce', 'Observe'],
  adoptionPolicy: ['IfIdentical', 'Never', 'Always'],
  changePolicy: ['Safe', 'Automatic', 'Manual'],
  driftPolicy: ['Correct', 'Report'],
  deletionPolicy: ['Retain', 'Delete'],
  busyPolicy: ['Wait', 'Cancel'],
} as const;

/** Policies of a new resource; most leave most of them out. */
export function choosePolicies(dice: Dice): Loose {
  return {
    ...(dice.chance(0.08) && { managementPolicy: 'Observe' }),
    ...(dice.chance(0.4) && { adoptionPolicy: dice.pick(CHOICES.adoptionPolicy) }),
    ...(dice.chance(0.6) && {
      changePolicy: dice.weighed([
        [5, 'Automatic'],
        [2, 'Safe'],
        [1, 'Manual'],
      ] as const),
    }),
    ...(dice.chance(0.15) && { driftPolicy: dice.pick(CHOICES.driftPolicy) }),
    ...(dice.chance(0.5) && {
      deletionPolicy: dice.weighed([
        [3, 'Delete'],
        [1, 'Retain'],
      ] as const),
    }),
    ...(dice.chance(0.2) && { busyPolicy: dice.pick(CHOICES.busyPolicy) }),
    ...(dice.chance(0.05) && { suspend: true }),
  };
}

/** Changes one policy in place, of a spec or of `defaults`, and says which. */
export function editPolicy(policies: Loose, dice: Dice): string {
  const name = dice.pick(Object.keys(CHOICES) as (keyof typeof CHOICES)[]);
  const value = dice.pickAny<string | undefined>([...CHOICES[name].filter((one) => one !== policies[name]), undefined]);
  if (value === undefined) delete policies[name];
  else policies[name] = value;
  return `${name}: ${value ?? 'inherited'}`;
}
