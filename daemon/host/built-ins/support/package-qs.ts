import querystring from 'node:querystring';

/** The package `url` asks another package for queries, with options; Node's own differ from it. */
export const parse = (text: string): object => querystring.parse(text);
export const stringify = (query: object): string => querystring.stringify(Object.fromEntries(Object.entries(query)));
