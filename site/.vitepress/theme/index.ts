import { h } from 'vue'
import { onContentUpdated, type Theme } from 'vitepress'
import DefaultTheme from 'vitepress/theme'
import PageFoot from './PageFoot.vue'
import VersionSwitch from './VersionSwitch.vue'
import './style.css'

/** A place before something folded opens it: who follows a link to an exchange wants to read it. */
function openTarget(): void {
  const place = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)))
  const next = place && (place.nextElementSibling ?? place.parentElement?.nextElementSibling)
  if (next instanceof HTMLDetailsElement) next.open = true
}

export default {
  extends: DefaultTheme,
  setup: () => onContentUpdated(openTarget),
  Layout: () =>
    h(DefaultTheme.Layout, null, {
      'nav-bar-content-before': () => h(VersionSwitch),
      'nav-screen-content-before': () => h(VersionSwitch, { place: 'screen' }),
      'doc-footer-before': () => h(PageFoot),
    }),
} satisfies Theme
