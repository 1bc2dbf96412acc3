import { startFloorServer } from './floor-server.ts';

/** The floor's server in a process of its own: told its folder and how many children it has, it says where it listens. */
const [, , folder = '', children = '1'] = process.argv;
const server = await startFloorServer(folder, Number(children));
process.on('disconnect', () => {
  void server.close().then(() => process.exit());
});
process.send?.(server.url);
