/** The floor of loading modules: bare Node, already running, imports the file that it is told. */
process.on('message', (url: string) => {
  const start = performance.now();
  void (import(url) as Promise<{ default: unknown }>).then((namespace) => {
    const ms = performance.now() - start;
    process.send?.({ ms, value: namespace.default }, () => process.exit());
  });
});
process.send?.('ready');
