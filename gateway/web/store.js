// What the board knows: a snapshot, then events. Nothing here touches the page.
export class Store {
  queues = new Map();
  agents = new Map();
  calls = new Map();

  replace({ queues, agents, calls }) {
    this.queues = new Map(queues.map(q => [q.id, q]));
    this.agents = new Map(agents.map(a => [a.id, a]));
    this.calls = new Map(calls.map(c => [c.id, c]));
  }

  /** False: the event names something unknown, so the centre changed and a new snapshot is due. */
  apply(event) {
    const slash = event.subject.indexOf('/');
    const [kind, id] = [event.subject.slice(0, slash), event.subject.slice(slash + 1)];
    if (kind === 'call') return this.#call(id, event.data);
    if (kind === 'queue' && event.type === 'acd.queue.changed.v1') return this.#known(this.queues, id, event.data);
    if (kind === 'agent' && event.data.presence) return this.#agent(id, event.data);
    return true;
  }

  #call(id, data) {
    if (data.endedAt) this.calls.delete(id);
    else this.calls.set(id, { ...data, id });
    return true;
  }

  #agent(id, data) {
    const known = this.agents.get(id);
    return known && known.version > data.version ? true : this.#known(this.agents, id, data);
  }

  #known(map, id, data) {
    const known = map.has(id);
    map.set(id, data);
    return known;
  }
}
