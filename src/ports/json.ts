/** A JSON value. An integer beyond 2^53 is carried as a bigint, so that it can be sent back unchanged. */
export type Json = null | boolean | number | bigint | string | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };
