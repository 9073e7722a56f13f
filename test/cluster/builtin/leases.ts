import { fieldError } from '../status.ts';
import type { FieldError, KubeObject, ResourceType } from '../types.ts';
import { ageColumn, builtin, integer, microTime, nameColumn, object, text } from './define.ts';

export function leases(): ResourceType {
  return builtin({
    group: 'coordination.k8s.io',
    version: 'v1',
    plural: 'leases',
    kind: 'Lease',
    namespaced: true,
    createsOnUpdate: true,
    description: 'Lease defines a lease concept.',
    properties: {
      spec: object({
        holderIdentity: { ...text, nullable: true },
        leaseDurationSeconds: { ...integer, nullable: true },
        acquireTime: microTime,
        renewTime: microTime,
        leaseTransitions: { ...integer, nullable: true },
        strategy: text,
        preferredHolder: text,
      }),
    },
    columns: [
      nameColumn,
      { name: 'Holder', type: 'string', description: 'Who holds it.', jsonPath: '.spec.holderIdentity' },
      ageColumn,
    ],
    strategy: { validate },
  });
}

function validate({ spec }: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  if (typeof spec?.leaseDurationSeconds === 'number' && spec.leaseDurationSeconds <= 0) {
    errors.push(fieldError.invalid('spec.leaseDurationSeconds', spec.leaseDurationSeconds, 'must be greater than 0'));
  }
  if (typeof spec?.leaseTransitions === 'number' && spec.leaseTransitions < 0) {
    errors.push(
      fieldError.invalid('spec.leaseTransitions', spec.leaseTransitions, 'must be greater than or equal to 0'),
    );
  }
  return errors;
}
