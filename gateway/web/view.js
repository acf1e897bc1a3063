import { clock, elapsed, now } from './time.js';

// All text from outside goes through textContent: it is shown, never read as markup.
const PRESENCE = {
  'ready': ['●', 'Ready'], 'reserved': ['◐', 'Reserved'], 'ringing': ['◐', 'Ringing'], 'talking': ['■', 'Talking'],
  'wrap-up': ['▲', 'Wrap-up'], 'not-ready': ['✕', 'Not ready'], 'logged-out': ['○', 'Logged out'],
};
const SIGNS = {
  'recording': 'recording', 'recording-paused': 'recording paused', 'on-hold': 'on hold', 'consulting': 'consulting',
  'transferring': 'transferring', 'conference': 'conference', 'monitored': 'supervisor listens',
};
const ORDER = ['talking', 'ringing', 'reserved', 'wrap-up', 'ready', 'not-ready', 'logged-out'];
const $ = id => document.getElementById(id);
const percent = share => `${Math.floor(share * 100 + 1e-9)}%`;

function el(tag, className, ...children) {
  const node = document.createElement(tag);
  node.className = className;
  node.append(...children);
  return node;
}

function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A list of items by id: nodes are kept, made, moved and removed as the items are. */
class Keyed {
  #nodes = new Map();

  constructor(list, make, update) {
    Object.assign(this, { list, make, update });
  }

  show(items) {
    const left = new Set(this.#nodes.keys());
    items.forEach((item, i) => {
      left.delete(item.id);
      const node = this.#nodes.get(item.id) ?? this.#add(item);
      this.update(node, item);
      if (this.list.children[i] !== node) this.list.insertBefore(node, this.list.children[i] ?? null);
    });
    for (const id of left) {
      this.#nodes.get(id).remove();
      this.#nodes.delete(id);
    }
  }

  #add(item) {
    const node = this.make();
    node.dataset.id = item.id;
    this.#nodes.set(item.id, node);
    return node;
  }
}

const figure = (name, label) => el('div', name, el('p', 'value'), el('p', 'label', label));

const queues = new Keyed($('queues'), () => el('li', 'queue',
  el('h3', 'name'),
  el('div', 'trio', figure('waiting', 'waiting'), figure('longest', 'longest wait'), figure('level', '')),
  el('div', 'bar', el('div', 'fill'), el('div', 'goal')), el('p', 'people'), el('p', 'people')), updateQueue);

const agents = new Keyed($('agents'), () => {
  const mark = el('span', 'mark');
  mark.setAttribute('aria-hidden', 'true');
  return el('li', 'agent', mark, el('span', 'name'), el('time', 'since'), el('span', 'doing'));
}, updateAgent);

const calls = new Keyed($('calls'), () => el('li', 'call',
  el('span', 'state'), el('span', 'where'), el('time', 'since'), el('span', 'signs')), updateCall);

/** Good at or above the target, warn a little below it, bad further down; none while nothing was counted. */
function levelTone(q) {
  if (q.serviceLevel == null) return '';
  if (q.serviceLevel >= q.serviceLevelTarget) return 'good';
  return q.serviceLevel >= q.serviceLevelTarget - 0.1 ? 'warn' : 'bad';
}

/** How the oldest wait stands against the service level's time. */
function waitTone(q) {
  if (!q.oldestEnqueuedAt) return '';
  const share = (now() - Date.parse(q.oldestEnqueuedAt)) / 1000 / Math.max(1, q.serviceLevelWithin);
  return share > 1 ? 'bad' : share > 0.5 ? 'warn' : 'good';
}

function updateQueue(node, q) {
  const [waiting, longest, level] = node.querySelectorAll('.trio .value');
  const tone = levelTone(q);
  node.dataset.tone = tone;
  say(node.querySelector('.name'), q.display);
  node.querySelector('.name').title = q.display;
  say(waiting, String(q.waiting));
  longest.dataset.tone = waitTone(q) || 'none';
  waiting.dataset.tone = q.overTarget > 0 ? 'bad' : 'none';
  level.dataset.tone = tone || 'none';
  say(longest, q.oldestEnqueuedAt ? elapsed(q.oldestEnqueuedAt) : '–');
  say(level, q.serviceLevel == null ? '–' : percent(q.serviceLevel));
  say(node.querySelector('.level .label'), `goal ${percent(q.serviceLevelTarget)} / ${q.serviceLevelWithin} s`);
  node.querySelector('.fill').style.setProperty('--share', q.serviceLevel ?? 0);
  node.querySelector('.goal').style.setProperty('--goal', q.serviceLevelTarget);
  const [people, today] = node.querySelectorAll('.people');
  say(people, `${q.ready} ready · ${q.talking} talking · ${q.wrapUp} wrap-up · ${q.notReady} not ready`);
  say(today, `today: ${q.answered} answered · ${q.abandoned} abandoned`);
}

function updateAgent(node, a) {
  const [mark, words] = PRESENCE[a.presence] ?? ['?', a.presence];
  const detail = a.presence === 'not-ready' ? a.reason : a.presence === 'logged-out' ? '' : a.queue ?? '';
  node.dataset.presence = a.presence;
  say(node.querySelector('.mark'), mark);
  say(node.querySelector('.name'), a.display);
  node.dataset.monitored = a.monitored === true;
  say(node.querySelector('.doing'), words + (detail ? ` · ${detail}` : '') + (a.monitored ? ' · listened to' : '') + (a.next ? ` → ${a.next}` : ''));
  say(node.querySelector('.since'), a.presence === 'logged-out' ? '' : elapsed(a.since));
}

function callKind(c) {
  if (c.answeredAt) return 'talking';
  if (/ring|offer|dial|connect/.test(c.state)) return 'ringing';
  return 'waiting';
}

function updateCall(node, c) {
  node.dataset.kind = callKind(c);
  say(node.querySelector('.state'), c.state.replaceAll('-', ' '));
  const queue = shown.queues.get(c.queue)?.display ?? c.queue ?? c.number ?? '';
  const agent = c.agent ? shown.agents.get(c.agent)?.display ?? c.agent : '';
  say(node.querySelector('.where'), agent ? `${queue} → ${agent}` : queue);
  showSigns(node.querySelector('.signs'), c.signs ?? []);
  say(node.querySelector('.since'), elapsed(c.answeredAt ?? c.enqueuedAt ?? c.startedAt));
}

function showSigns(node, signs) {
  const text = signs.join(' ');
  if (node.dataset.signs === text) return;
  node.dataset.signs = text;
  node.replaceChildren(...signs.map(sign => {
    const chip = el('span', 'sign', SIGNS[sign] ?? sign);
    chip.dataset.sign = sign;
    return chip;
  }));
}

function setFigure(id, value, note, tone = '') {
  const node = $(id);
  say(node.querySelector('.value'), value);
  say(node.querySelector('.note'), note);
  node.dataset.tone = tone;
}

function showFigures(all, people) {
  const waiting = all.reduce((sum, q) => sum + q.waiting, 0);
  const late = all.reduce((sum, q) => sum + q.overTarget, 0);
  setFigure('f-waiting', String(waiting), late > 0 ? `${late} beyond the target` : 'calls in queues', late > 0 ? 'bad' : '');
  const oldest = all.filter(q => q.oldestEnqueuedAt).sort((a, b) => Date.parse(a.oldestEnqueuedAt) - Date.parse(b.oldestEnqueuedAt))[0];
  if (oldest) setFigure('f-longest', elapsed(oldest.oldestEnqueuedAt), oldest.display, waitTone(oldest));
  else setFigure('f-longest', '–', 'nobody waits');
  const lowest = all.filter(q => q.serviceLevel != null)
    .sort((a, b) => (a.serviceLevel - a.serviceLevelTarget) - (b.serviceLevel - b.serviceLevelTarget))[0];
  if (lowest) setFigure('f-level', percent(lowest.serviceLevel), `furthest from target: ${lowest.display}`, levelTone(lowest));
  else setFigure('f-level', '–', 'nothing counted yet');
  const count = presence => people.filter(a => a.presence === presence).length;
  setFigure('f-talking', String(count('talking')), `of ${people.filter(a => a.presence !== 'logged-out').length} signed in`);
  setFigure('f-ready', String(count('ready')), waiting > 0 && count('ready') === 0 ? 'nobody is free' : 'agents');
}

let shown = null;

export function show(store) {
  shown = store;
  const byName = (a, b) => a.display.localeCompare(b.display) || (a.id < b.id ? -1 : 1);
  const allQueues = [...store.queues.values()].sort(byName);
  const people = [...store.agents.values()]
    .sort((a, b) => ORDER.indexOf(a.presence) - ORDER.indexOf(b.presence) || byName(a, b));
  const up = [...store.calls.values()].sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
  showFigures(allQueues, people);
  queues.show(allQueues);
  agents.show(people);
  calls.show(up.slice(0, 50));
  say($('agents-sum'), people.length ? String(people.length) : '');
  say($('calls-sum'), up.length > 50 ? `${up.length}, the oldest 50 shown` : up.length ? String(up.length) : '');
  $('queues-empty').hidden = allQueues.length > 0;
  $('agents-empty').hidden = people.length > 0;
  $('calls-empty').hidden = up.length > 0;
}

/** Every second: what grows by itself. */
export function tick() {
  say($('clock'), clock());
  if (shown) show(shown);
}

export function link(state, text) {
  $('link').dataset.state = state;
  say($('link-text'), text);
}

export function trouble(text) {
  $('trouble').hidden = !text;
  say($('trouble'), text);
}

export function page(name) {
  $('board').hidden = name !== 'board';
  $('login').hidden = name !== 'login';
  $('logout').hidden = name !== 'board';
  $('link').hidden = name !== 'board';
  if (name === 'login') $('key').focus();
}
