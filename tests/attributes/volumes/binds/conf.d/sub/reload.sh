#!/bin/sh
nginx -s reload
