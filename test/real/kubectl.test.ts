import { inject } from 'vitest';
import { kubectlSuite } from '../cluster/conformance/kubectl.ts';
import { kubeconfig } from '../cluster/serve.ts';
import { widgetCrd } from '../cluster/widgets.ts';
import { connect } from './controlPlane.ts';
import { ownAccess } from './ownAccess.ts';
import { installCrds, makeNamespace } from './stage.ts';

const { url, ca, tokens, kubectl, controllers } = ownAccess();

kubectlSuite(
  `kube-apiserver, the ${inject('release')}`,
  kubectl,
  async () => {
    const { connection, api } = connect({ url, ca }, tokens.admin);
    await installCrds(api, [widgetCrd]);
    const namespace = await makeNamespace(api, 'kubectl');
    return {
      kubeconfig: kubeconfig(url, { token: tokens.admin, ca, namespace }),
      namespace,
      api,
      async close() {
        await api.del(`/api/v1/namespaces/${namespace}`);
        await connection.close();
      },
    };
  },
  { controllers },
);
