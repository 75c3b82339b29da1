import { type Backend, Refused } from './backend';

/** The program served to a browser on the same machine, with the token of the page's address. */
export function connectToServer(): Backend {
  const token = new URLSearchParams(location.search).get('token') ?? '';
  let source: EventSource | undefined;
  const events = () => (source ??= new EventSource(`/events?token=${encodeURIComponent(token)}`));
  return {
    async call(name, request) {
      const answer = await fetch(`/rpc/${name}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Gradbooth-Token': token },
        body: JSON.stringify(request),
      }).catch((thrown: unknown) => {
        throw Refused.from(thrown);
      });
      const value: unknown = await answer.json().catch(() => null);
      if (!answer.ok) throw Refused.from(value);
      return value as never;
    },
    on: (name, heard) => {
      const listener = (event: MessageEvent<string>) => heard(JSON.parse(event.data) as never);
      events().addEventListener(name, listener);
      return Promise.resolve(() => events().removeEventListener(name, listener));
    },
    openScreen: (name) => {
      window.open(`/?screen=${name}&token=${encodeURIComponent(token)}`, name);
      return Promise.resolve();
    },
    frameUrl: (after) => `/frame/live?after=${after}&token=${encodeURIComponent(token)}`,
    pictureUrl: (path) =>
      `/picture/${path.split('/').map(encodeURIComponent).join('/')}?token=${encodeURIComponent(token)}`,
  };
}
