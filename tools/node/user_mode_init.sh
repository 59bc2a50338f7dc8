#!/bin/bash
# Process 1 of the kernel that `user_mode.py` starts. SHARED is a folder of the machine: `command` lies there, and there
# go its output and its code. All else that is written stays in memory.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root

mount -t tmpfs tmpfs /mnt
mkdir -p /mnt/changes /mnt/work /mnt/root /mnt/kernel/lib
ln -s /usr/lib/uml/modules /mnt/kernel/lib/modules
# This kernel loads none by itself.
modprobe -a -d /mnt/kernel overlay veth loop ext4 br_netfilter ip6table_filter ip6table_nat ip6table_mangle \
  iptable_filter iptable_mangle iptable_nat ip_set_hash_ip ip_set_hash_ipport ip_set_hash_net ip_set_hash_netport \
  ip_set_list_set ipt_REJECT xt_MASQUERADE xt_NFLOG xt_addrtype xt_comment xt_conntrack xt_limit xt_mark xt_multiport \
  xt_nat xt_physdev xt_recent xt_set xt_statistic xt_tcpudp

mount -n -t overlay -o lowerdir=/,upperdir=/mnt/changes,workdir=/mnt/work overlay /mnt/root
cd /mnt/root || exit
mkdir -p state
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t devtmpfs devtmpfs dev
mkdir -p dev/pts dev/shm
mount -t devpts devpts dev/pts
mount -t tmpfs tmpfs dev/shm
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs tmpfs run
# Layers of images cannot lie on a layer.
mount -t tmpfs tmpfs state
mkdir run/shared
mount -t hostfs -o "$SHARED" hostfs run/shared
mount -n --move . /

exec chroot . /bin/bash -c '
  cd /
  hostname user-mode
  ip link set lo up
  bash /run/shared/command > /run/shared/output 2>&1 < /dev/null
  echo $? > /run/shared/code
  echo o > /proc/sysrq-trigger
  sleep infinity'
