import { Agent, request } from 'undici';
import { wallMs } from './rpc.ts';

/** Milliseconds that the API server takes to give all jobs in pages, as the controller asks for them, when nobody reads what they say. */
export async function timeRawList({ url, ca, token }: { url: string; ca: string; token: string }): Promise<number> {
  const dispatcher = new Agent({ connect: { ca } });
  const began = wallMs();
  let from: string | undefined = '';
  while (from !== undefined) {
    const query = new URLSearchParams({ limit: '500', ...(from !== '' && { continue: from }) });
    const reply = await request(`${url}/apis/sync.cdata.com/v1alpha1/syncjobs?${query}`, {
      dispatcher,
      headers: { authorization: `Bearer ${token}` },
    });
    if (reply.statusCode !== 200) throw new Error(`the API server answered ${reply.statusCode} to a list of jobs`);
    from = /"continue":"([^"]+)"/.exec(await reply.body.text())?.[1];
  }
  const took = wallMs() - began;
  await dispatcher.close();
  return took;
}
