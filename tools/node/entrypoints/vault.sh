#!/bin/sh
# Vault of the official image has its login for Kubernetes built in; ours has it as a program beside it.
if [ "$1" = server ]; then
    shift
    exec /opt/vault/vault server -dev-plugin-dir=/opt/vault/plugins "$@"
fi
exec /opt/vault/vault "$@"
