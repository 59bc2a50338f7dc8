#!/bin/sh
if ! su app -c true; then exit 1; fi
