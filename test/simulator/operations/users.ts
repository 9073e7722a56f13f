import { readKey } from '../body.ts';
import { notFound } from '../refusal.ts';
import { nameOf } from '../state.ts';
import type { Operation } from './call.ts';

/** Makes a further token. The body may name a user; without one it is for the caller. */
export const generateToken: Operation = ({ world, body }) => {
  const name = readKey(body, 'user', 'user_name', 'name');
  if (name !== undefined && ![...world.state.users.values()].some((user) => nameOf(user) === name)) {
    throw notFound('user', String(name));
  }
  const token = [...world.random.bytes(10)].map((byte) => `${byte % 10}${'abcdefghijklmnop'[byte % 16]}`).join('');
  world.state.tokens.add(token);
  return { kind: 'object', status: 200, body: { token } };
};
