import type { TestProject } from 'vitest/node';
import { locate, type Release } from '../tools/locate.ts';
import { type Access, startControlPlane } from './controlPlane.ts';

declare module 'vitest' {
  interface ProvidedContext {
    release: Release;
    /** One for each worker. */
    accesses: Access[];
  }
}

/** An API server for each worker of the project. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const release = project.name === 'kube-oldest' ? 'oldest' : 'newest';
  const starts = Array.from({ length: project.config.maxWorkers }, () => startControlPlane(locate(release)!));
  const planes = await Promise.all(starts);
  project.provide('release', release);
  project.provide(
    'accesses',
    planes.map(({ access }) => access),
  );
  return async () => {
    await Promise.all(planes.map((plane) => plane.stop()));
  };
}
