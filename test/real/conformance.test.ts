import { inject } from 'vitest';
import { conformance } from '../cluster/conformance/suite.ts';
import { connect } from './controlPlane.ts';
import { ownAccess } from './ownAccess.ts';

const access = ownAccess();

conformance(
  `kube-apiserver, the ${inject('release')}`,
  async () => {
    const { connection, headers } = connect(access, access.tokens.admin);
    return { connection, headers, close: () => connection.close() };
  },
  { controllers: access.controllers },
);
