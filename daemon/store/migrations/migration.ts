/** One step of the schema. Steps only add: a released one never changes, and none drops what an older version reads. */
export type Migration = {
  /** 1, 2, 3 …, the number in the file's name. */
  readonly version: number;
  readonly name: string;
  readonly sql: string;
};
