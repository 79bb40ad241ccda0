#!/usr/bin/env node
// Checks the Node it runs under before it loads anything else.
import '../dist/main.js';
