import { BUILT_IN_POLICIES, type Policies } from '../api/common.ts';

/** Policies with nothing left to inherit. */
export type EffectivePolicies = Required<Policies>;
/** Policies as one level names them: the object, its workspace's `defaults`, its server's `defaults`. */
export type PolicyLayer = Policies;

/** The first layer that names a policy wins; then what access grants caps them. */
export function resolvePolicies(
  layers: readonly PolicyLayer[],
  maxPolicy: 'Observe' | 'Retain' | 'Delete',
): EffectivePolicies {
  const effective: EffectivePolicies = { ...BUILT_IN_POLICIES };
  for (const layer of layers.toReversed()) {
    for (const name of Object.keys(BUILT_IN_POLICIES) as (keyof Policies)[]) {
      if (layer[name] !== undefined) Object.assign(effective, { [name]: layer[name] });
    }
  }
  if (maxPolicy === 'Observe') effective.managementPolicy = 'Observe';
  if (maxPolicy !== 'Delete') effective.deletionPolicy = 'Retain';
  return effective;
}
