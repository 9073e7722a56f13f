/** One request as the server saw it. */
export interface RequestEntry {
  /** Milliseconds since the epoch, at arrival. */
  at: number;
  method: string;
  path: string;
  body: string;
  /** Undefined while it is not answered, and when it never was. */
  status?: number;
  /** The id of the operation, when there is a route. */
  operation?: string;
  /** It reached an operation that changes state. */
  write: boolean;
  /** The operation was carried out and not refused. */
  acted: boolean;
}
