/** Thrown by an operation that refuses; the handler turns it into the dialect's error shape. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function notFound(what: string, id: string): Refusal {
  return new Refusal(404, 'NotFound', `The ${what} '${id}' was not found.`);
}

export function invalid(message: string): Refusal {
  return new Refusal(400, 'InvalidRequest', message);
}
