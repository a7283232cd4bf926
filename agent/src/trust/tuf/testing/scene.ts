import { TestDevice } from './device.ts';
import { TestRepository } from './repository.ts';

/** A repository with two publishers, and a device that has taken what it offers. */
export const ROLE = 'pub.acme.thermostat';
export const OTHER_ROLE = 'pub.acme.camera';
export const PATH = 'acme/thermostat/1.0.0.json';
export const OTHER_PATH = 'acme/camera/1.0.0.json';
export const CONTENT = Buffer.from('{"app":"thermostat"}');

export function makeScene() {
  const repository = new TestRepository();
  repository.delegate('targets', ROLE, ['acme/thermostat/*']);
  repository.delegate('targets', OTHER_ROLE, ['acme/camera/*']);
  repository.addTarget(ROLE, PATH, CONTENT);
  repository.addTarget(OTHER_ROLE, OTHER_PATH, CONTENT);
  repository.publishTargets(ROLE, ROLE, OTHER_ROLE);
  const device = new TestDevice(repository.file('1.root.json'), (name) => repository.files.get(name));
  return { repository, device };
}

/** With everything fetched once. */
export function makeSettledScene() {
  const scene = makeScene();
  const codes = [scene.device.get(PATH), scene.device.find(OTHER_PATH)];
  if (codes.some((code) => code !== 'ok')) throw new Error(`the scene does not settle: ${codes.join(', ')}`);
  return scene;
}
export type Scene = ReturnType<typeof makeScene>;
