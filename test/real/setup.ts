import type { TestProject } from 'vitest/node';
import { locate, type Release } from '../tools/locate.ts';
import { type Access, startControlPlane } from './controlPlane.ts';

declare module 'vitest' {
  interface ProvidedContext {
    release: Release;
    access: Access;
  }
}

/** One API server for all files of the project. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const release = project.name === 'kube-oldest' ? 'oldest' : 'newest';
  const plane = await startControlPlane(locate(release)!);
  project.provide('release', release);
  project.provide('access', plane.access);
  return plane.stop;
}
