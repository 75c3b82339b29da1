import { mount } from 'svelte';
import App from './App.svelte';
import CallScreen from './call/CallScreen.svelte';
import './app.css';

const target = document.getElementById('app');
if (!target) throw new Error('index.html holds no #app');
// The second monitor shows the same page with another face: it never hears the keyboard of the station.
mount(new URLSearchParams(location.search).get('screen') === 'call' ? CallScreen : App, { target });
