import { login, logout, NotSignedIn, snapshot } from './api.js';
import { Store } from './store.js';
import * as view from './view.js';

const RESET = 'acd.feed.reset.v1';
const REFRESH_MS = 60000;
const store = new Store();
let source = null;
let early = null;      // events that came before the snapshot; null: the board is up to date
let painting = false;

/** Opens the feed first and reads the snapshot then: nothing falls between the two. */
function connect() {
  source?.close();
  source = new EventSource('/v1/events');
  source.onopen = refresh;
  source.onmessage = message => hear(JSON.parse(message.data));
  source.onerror = () => {
    view.link('down', 'Reconnecting');
    if (source.readyState === EventSource.CLOSED) setTimeout(start, 2000);
  };
}

function hear(event) {
  if (event.type === RESET) refresh();
  else if (early) early.push(event);
  else if (store.apply(event)) paint();
  else refresh();
}

async function refresh() {
  if (early) return;
  early = [];
  try {
    store.replace(await snapshot());
    for (const event of early) store.apply(event);
    view.link('live', 'Live');
    view.trouble('');
    view.page('board');
    paint();
  } catch (error) {
    failed(error);
  } finally {
    early = null;
  }
}

/** Many events, one painting. */
function paint() {
  if (painting) return;
  painting = true;
  requestAnimationFrame(() => {
    painting = false;
    view.show(store);
  });
}

function failed(error) {
  if (error instanceof NotSignedIn) {
    source?.close();
    source = null;
    view.trouble('');
    view.page('login');
    return;
  }

  view.link('down', 'No data');
  view.trouble('The centre does not answer. The figures may be old; trying again.');
  setTimeout(start, 3000);
}

/** Asks once before the feed is opened: an EventSource cannot say that the key is missing. */
async function start() {
  try {
    store.replace(await snapshot());
    view.page('board');
    view.trouble('');
    view.show(store);
    connect();
  } catch (error) {
    failed(error);
  }
}

document.getElementById('login-form').addEventListener('submit', async event => {
  event.preventDefault();
  const [field, button, error] = ['key', 'login-form', 'login-error'].map(id => document.getElementById(id));
  const submit = button.querySelector('button');
  submit.disabled = true;
  const why = await login(field.value.trim()).catch(() => 'The centre does not answer.');
  submit.disabled = false;
  error.textContent = why ?? '';
  if (why) return;
  field.value = '';
  start();
});

document.getElementById('logout').addEventListener('click', async () => {
  await logout();
  failed(new NotSignedIn());
});

setInterval(view.tick, 1000);
setInterval(() => source && refresh(), REFRESH_MS);
view.tick();
start();
