import { h } from 'vue'
import type { Theme } from 'vitepress'
import DefaultTheme from 'vitepress/theme'
import PageFoot from './PageFoot.vue'
import VersionSwitch from './VersionSwitch.vue'
import './style.css'

export default {
  extends: DefaultTheme,
  Layout: () =>
    h(DefaultTheme.Layout, null, {
      'nav-bar-content-before': () => h(VersionSwitch),
      'nav-screen-content-before': () => h(VersionSwitch, { place: 'screen' }),
      'doc-footer-before': () => h(PageFoot),
    }),
} satisfies Theme
