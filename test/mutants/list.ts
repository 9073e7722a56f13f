/** A deliberate bug: one place of `src` changed, and what kills it. */
export interface Mutant {
  name: string;
  file: string;
  /** Stands in the file exactly once. */
  from: string;
  to: string;
  /** What is run first: a seed of the simulation, or a test by file and name. Whatever else it takes is found by more seeds. */
  killer: { seed: number } | { test: string; name: string };
}

const named = (test: string, name: string) => ({ test, name });

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'no fence: writes to Sync go without the lease',
    file: 'src/engine/writing.ts',
    from: "if (!pass.deps.mayWrite(ms)) throw new Fenced('the lease is lost or about to end');",
    to: 'void ms;',
    killer: named('src/engine/writing.test.ts', 'a write to Sync starts only'),
  },
  {
    name: 'a zombie leader writes statuses',
    file: 'src/engine/kubeWriter.ts',
    from: "if (!mayWrite(WRITE_MS)) throw new Fenced('the lease is lost or about to end');",
    to: '',
    killer: named('src/engine/kubeWriter.test.ts', 'without the lease'),
  },
  {
    name: 'an intent is written over what somebody has changed meanwhile',
    file: 'src/engine/draft.ts',
    from: 'fenced ? current.metadata.resourceVersion : undefined',
    to: 'undefined',
    killer: named('src/engine/draft.test.ts', 'plans from the version it read'),
  },
  {
    name: 'no lag grace: a create whose reply is lost is made again at once',
    file: 'src/engine/intent.ts',
    from: '  if (left > 0)\n    return wait(',
    to: '  if (left > 1e12)\n    return wait(',
    killer: named('test/scenarios/lag.test.ts', 'not made again at once'),
  },
  {
    name: 'a lost create is not looked for at all',
    file: 'src/engine/intent.ts',
    from: "    case 'create':\n      return resolveCreate(pass, left, lookMs);",
    to: "    case 'create':\n      void resolveCreate;\n      clearIntent(pass);\n      return undefined;",
    killer: named('test/scenarios/faults.test.ts', ''),
  },
  {
    name: 'a list overwrites our write',
    file: 'src/sync/ownWrites.ts',
    from: "if (!write || isDue(write, list)) return 'free';",
    to: "if (!write || isDue(write, list) || list.order > 0) return 'free';",
    killer: named('src/sync/snapshot.test.ts', ''),
  },
  {
    name: 'a token acts after a restore',
    file: 'src/engine/tokens.ts',
    from: 'else if (recorded[name] !== value) fired.set(name, value);',
    to: 'if (recorded?.[name] !== value) fired.set(name, value);',
    killer: named('src/engine/tokens.test.ts', ''),
  },
  {
    name: 'adoption ignores the diff',
    file: 'src/engine/adopt.ts',
    from: "return plan.steps.length === 0 ? 'allowed' : 'refused';",
    to: "return plan.steps.length < 99 ? 'allowed' : 'refused';",
    killer: named('test/scenarios/found.test.ts', 'is not adopted as identical'),
  },
  {
    name: 'an object is adopted although adoptionPolicy is Never',
    file: 'src/engine/adopt.ts',
    from: "    case 'Never':\n      return 'refused';",
    to: "    case 'Never':\n      return 'allowed';",
    killer: named('test/scenarios/adoption.test.ts', ''),
  },
  {
    name: 'a retained child is lost with its parent',
    file: 'src/kinds/workspace/content.ts',
    from: "status.policies?.deletionPolicy === 'Delete' &&",
    to: '',
    killer: named('src/kinds/workspace/kind.test.ts', ''),
  },
  {
    name: 'a task is added twice: a batch that was cut off is not waited for',
    file: 'src/engine/intent.ts',
    from: 'if (left > 0 && !asExpected) {',
    to: 'if (left > 1e12 && !asExpected) {',
    killer: named('test/scenarios/lag.test.ts', 'are not added again'),
  },
  {
    name: 'an approval is used twice',
    file: 'src/engine/conclude.ts',
    from: 'const approved = pending.approved.filter((key) => keys.has(key));',
    to: 'const approved = pending.approved.filter((key) => keys.has(key) || key.length > 0);',
    killer: named('test/scenarios/approval.test.ts', 'an approval is used up'),
  },
  {
    name: 'destructive steps need no approval',
    file: 'src/engine/gate.ts',
    from: "return policies.changePolicy === 'Safe' && step.destructive;",
    to: "return policies.changePolicy === 'Safe' && step.destructive && step.verb === 'create';",
    killer: named('src/engine/gate.test.ts', ''),
  },
  {
    name: 'a masked value is written back',
    file: 'src/sync/models/encodeBase.ts',
    from: '    if (!isMasked(item, key)) setAt(body, [spell(key)], copy(item, spell));',
    to: '    setAt(body, [spell(key)], copy(item, spell));',
    killer: named('src/sync/models/models.test.ts', 'masked values'),
  },
  {
    name: 'a vanished job is silently made again',
    file: 'src/engine/planObject.ts',
    from: 'destructive: vanished && kind.lossWhenRemade !== undefined,',
    to: 'destructive: false,',
    killer: named('src/engine/planObject.test.ts', ''),
  },
  {
    name: 'the finalizer is dropped early',
    file: 'src/engine/deletion.ts',
    from: "  if (before.state === 'present' && !isDone) {",
    to: "  if (before.state === 'present' && !isDone && id === '') {",
    killer: named('test/scenarios/deletion.test.ts', 'with Delete'),
  },
  {
    name: 'a watch is not resumed after 410',
    file: 'src/kube/reflector.ts',
    from: 'if (isExpired(seen) || isTooLarge(seen)',
    to: 'if (isTooLarge(seen)',
    killer: named('src/kube/reflector.test.ts', ''),
  },
  {
    name: 'two owners of one object',
    file: 'src/engine/claims.ts',
    from: 'if (owner && self.status?.owned !== true) return owner;',
    to: 'if (owner) return undefined;',
    killer: named('src/engine/claims.test.ts', ''),
  },
  {
    name: 'suspend is ignored',
    file: 'src/engine/gate.ts',
    from: "if (input.suspended) return 'Suspended';",
    to: '',
    killer: named('src/engine/gate.test.ts', ''),
  },
  {
    name: 'Observe writes',
    file: 'src/engine/gate.ts',
    from: "if (policies.managementPolicy === 'Observe') return 'Observe';",
    to: '',
    killer: named('src/engine/gate.test.ts', ''),
  },
  {
    name: 'what is retained is deleted',
    file: 'src/engine/deletion.ts',
    from: 'if (!deletes(gathered)) return',
    to: 'if (gathered.policies.deletionPolicy === undefined) return',
    killer: named('test/scenarios/deletion.test.ts', 'the policy at the end counts'),
  },
  {
    name: 'a rotated secret is not written',
    file: 'src/engine/planFields.ts',
    from: 'if (recorded === input.mac(path, value)) return undefined;',
    to: 'if (recorded !== undefined) return undefined;',
    killer: named('test/scenarios/secrets.test.ts', ''),
  },
  {
    name: 'a refused correction is called Ready by the next pass',
    file: 'src/engine/observe.ts',
    from: '    wasConverged(status) &&\n',
    to: '',
    killer: named('test/scenarios/found.test.ts', 'is not called Ready'),
  },
  {
    name: 'a vanished object is made anew beside one of its name',
    file: 'src/engine/observe.ts',
    from: 'if (vanished && (await namesakeOf(input, id))) {',
    to: "if (vanished && id === '' && (await namesakeOf(input, id))) {",
    killer: named('test/scenarios/found.test.ts', 'is not made anew'),
  },
  {
    name: 'the token of the server stands in errors',
    file: 'src/sync/scrub.ts',
    from: 'if (secret.length >= MIN_SECRET && !/^\\*+$/.test(secret))',
    to: 'if (secret.length >= 999 && !/^\\*+$/.test(secret))',
    killer: named('src/sync/scrub.test.ts', ''),
  },
  {
    name: 'an execute is repeated after a reset',
    file: 'src/engine/run/calls.ts',
    from: "    case 'ambiguous':\n      return { kind: 'unclear', message };",
    to: "    case 'ambiguous':\n      return later('ServerUnreachable');",
    killer: named('src/engine/run/calls.test.ts', ''),
  },
  {
    name: 'a plan vouches for what it has not seen',
    file: 'src/engine/finalizers.ts',
    from: '  if (deps.preview) return false;\n',
    to: '',
    killer: named('test/cli/plan.test.ts', 'a server that does not answer'),
  },
  {
    name: 'a plan writes to Sync',
    file: 'src/engine/livePass.ts',
    from: 'preview ? preview.predict(pass, gated.go, object) : await apply(pass, gated.go, object)',
    to: 'await apply(pass, gated.go, object)',
    killer: named('test/cli/planStories.test.ts', 'a task at the end'),
  },
  {
    name: 'what a plan would write is planned again and again',
    file: 'src/engine/preview.ts',
    from: 'if (secret !== undefined) applied[path] = deps.macs.mac(path, secret);',
    to: '',
    killer: named('test/cli/planStories.test.ts', 'a secret that comes with the files'),
  },
  {
    name: 'another server is used although nobody has accepted it',
    file: 'src/kinds/probe/probe.ts',
    from: 'if (answers() && !strayed) return undefined;',
    to: 'if (identity !== undefined) return undefined;',
    killer: { seed: 108 },
  },
  {
    name: 'a pass goes on although another server answers by now',
    file: 'src/engine/writing.ts',
    from: "if (!pass.gathered.scope.isStill()) throw new Fenced('another server answers by now');",
    to: '',
    killer: named('src/engine/writing.test.ts', 'another server answers'),
  },
];
