package main

import (
	"crypto/rand"
	"encoding/hex"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// The world of a service. Bytes that came from outside are written one character a byte (Latin-1), so that JSON keeps them.
type world struct {
	Identity    string              `json:"identity"` // made up by each life
	Life        int                 `json:"life"`     // 1, or more where an earlier life's mark was found
	Args        []string            `json:"args"`
	Environment []string            `json:"environment"`
	Directory   string              `json:"directory"`
	Process     map[string]string   `json:"process"` // of /proc/self/status: identities, capabilities, modes
	Groups      []int               `json:"groups"`
	Limits      map[string]string   `json:"limits"`
	Sysctls     map[string]string   `json:"sysctls"`
	Cgroup      map[string]string   `json:"cgroup"`
	Mounts      []mount             `json:"mounts"`
	Looked      map[string][]entry  `json:"looked"` // what lies at the paths that the image's file names, mounted or not
	Devices     []string            `json:"devices"`
	Writable    map[string]bool     `json:"writable"`
	Marks       map[string][]string `json:"marks"` // folder → identities of the lives that wrote there, found at the start
	Host        string              `json:"host"`
	Domain      string              `json:"domain"`
	HostsFile   string              `json:"hosts_file"`
	Resolver    string              `json:"resolver"`
	Zone        string              `json:"zone"`
	Umask       int                 `json:"umask"`
	Terminal    bool                `json:"terminal"`
	StandardIn  string              `json:"standard_in"`
	First       string              `json:"first"` // what process 1 is
	Number      int                 `json:"number"`
	Processes   []string            `json:"processes"`
	Namespaces  map[string]string   `json:"namespaces"`
}

func collect() *world {
	name := make([]byte, 8)
	rand.Read(name)
	w := &world{Identity: hex.EncodeToString(name), Args: raws(os.Args), Number: os.Getpid()}
	w.Environment = environment()
	directory, _ := os.Getwd()
	w.Directory = raw(directory)
	w.Process = status("Uid", "Gid", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp")
	w.Groups, _ = os.Getgroups()
	sort.Ints(w.Groups)
	w.Limits = limits()
	w.Sysctls = sysctls()
	w.Cgroup = cgroup()
	w.Mounts = mounts()
	w.Looked = looked()
	w.Devices = names("/dev")
	w.Umask = syscall.Umask(0)
	syscall.Umask(w.Umask)
	places := placesToWrite(w)
	w.Writable = writable(places)
	w.Marks = readMarks(places)
	writeMarks(places, w)
	var system unix.Utsname
	unix.Uname(&system)
	w.Host, w.Domain = unix.ByteSliceToString(system.Nodename[:]), unix.ByteSliceToString(system.Domainname[:])
	w.HostsFile, w.Resolver = text("/etc/hosts"), text("/etc/resolv.conf")
	w.Zone, _ = time.Now().Zone()
	_, err := unix.IoctlGetTermios(1, unix.TCGETS)
	w.Terminal = err == nil
	w.StandardIn = standardIn()
	w.First, w.Processes = processes()
	w.Namespaces = map[string]string{}
	for _, kind := range []string{"net", "pid", "ipc", "uts", "user", "cgroup"} {
		w.Namespaces[kind], _ = os.Readlink("/proc/self/ns/" + kind)
	}
	return w
}

func raw(text string) string {
	characters := make([]rune, len(text))
	for index := range len(text) {
		characters[index] = rune(text[index])
	}
	return string(characters)
}

func raws(texts []string) []string {
	all := make([]string, len(texts))
	for index, each := range texts {
		all[index] = raw(each)
	}
	return all
}

func text(path string) string {
	content, _ := os.ReadFile(path)
	return raw(string(content))
}

// environment is what the kernel was given: Go's own copy drops what stands twice.
func environment() []string {
	content, err := os.ReadFile("/proc/self/environ")
	if err != nil {
		return raws(os.Environ())
	}
	return raws(strings.Split(strings.TrimSuffix(string(content), "\x00"), "\x00"))
}

func status(wanted ...string) map[string]string {
	found := map[string]string{}
	for line := range strings.Lines(text("/proc/self/status")) {
		key, value, _ := strings.Cut(line, ":")
		for _, each := range wanted {
			if key == each {
				found[key] = strings.Join(strings.Fields(value), " ")
			}
		}
	}
	return found
}

// limits are those that a program was started with. Go's own start raises the soft limit of open files and gives the first
// one back to what it starts, so it is read of a child that is stopped before it can do the same.
func limits() map[string]string {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	content := text("/proc/self/limits")
	child, err := os.StartProcess(self, []string{self}, &os.ProcAttr{Sys: &syscall.SysProcAttr{Ptrace: true}})
	if err == nil {
		content = text(filepath.Join("/proc", strconv.Itoa(child.Pid), "limits"))
		child.Kill()
		child.Wait()
	}
	found := map[string]string{}
	for line := range strings.Lines(content) {
		if len(line) > 60 && !strings.HasPrefix(line, "Limit ") {
			name := strings.TrimPrefix(strings.TrimSpace(line[:26]), "Max ")
			values := strings.Fields(line[26:])
			found[name] = values[0] + " " + values[1]
		}
	}
	return found
}

// sysctls are those that belong to a container and not to the machine, and that people set.
func sysctls() map[string]string {
	found := map[string]string{}
	for _, name := range []string{
		"kernel.shmmax", "kernel.shmall", "kernel.shmmni", "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem",
		"kernel.shm_rmid_forced", "fs.mqueue.msg_max", "fs.mqueue.msgsize_max", "fs.mqueue.queues_max",
		"net.core.somaxconn", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start",
		"net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes",
		"net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_syncookies", "net.ipv4.tcp_max_syn_backlog", "net.ipv4.tcp_tw_reuse",
		"net.ipv4.ip_forward", "net.ipv4.conf.all.src_valid_mark", "net.ipv4.conf.all.rp_filter",
		"net.ipv4.ping_group_range", "net.ipv6.conf.all.disable_ipv6", "net.ipv4.ip_nonlocal_bind",
	} {
		if content, err := os.ReadFile("/proc/sys/" + strings.ReplaceAll(name, ".", "/")); err == nil {
			found[name] = strings.Join(strings.Fields(string(content)), " ")
		}
	}
	return found
}

// cgroup reads the limits by the names that they have in version 2, also where they come from version 1.
func cgroup() map[string]string {
	found := map[string]string{}
	read := func(as string, paths ...string) {
		for _, path := range paths {
			if content, err := os.ReadFile("/sys/fs/cgroup/" + path); err == nil {
				found[as] = strings.TrimSpace(string(content))
				return
			}
		}
	}
	read("memory.max", "memory.max", "memory/memory.limit_in_bytes")
	read("memory.low", "memory.low", "memory/memory.soft_limit_in_bytes")
	read("memory.swap.max", "memory.swap.max", "memory/memory.memsw.limit_in_bytes")
	read("cpu.quota", "cpu.max", "cpu/cpu.cfs_quota_us")
	read("cpu.period", "cpu/cpu.cfs_period_us")
	read("cpu.weight", "cpu.weight", "cpu/cpu.shares")
	read("cpuset", "cpuset.cpus", "cpuset/cpuset.cpus")
	read("pids.max", "pids.max", "pids/pids.max")
	found["oom_score_adj"] = strings.TrimSpace(text("/proc/self/oom_score_adj"))
	if _, err := os.Stat("/sys/fs/cgroup/cgroup.controllers"); err == nil {
		found["version"] = "2"
	} else {
		found["version"] = "1"
	}
	return found
}

func names(folder string) []string {
	entries, _ := os.ReadDir(folder)
	all := []string{}
	for _, each := range entries {
		all = append(all, each.Name())
	}
	sort.Strings(all)
	return all
}

func standardIn() string {
	var state unix.Stat_t
	if unix.Fstat(0, &state) != nil {
		return "closed"
	}
	switch state.Mode & unix.S_IFMT {
	case unix.S_IFIFO:
		return "pipe"
	case unix.S_IFCHR:
		if _, err := unix.IoctlGetTermios(0, unix.TCGETS); err == nil {
			return "terminal"
		}
		return "null"
	case unix.S_IFSOCK:
		return "pipe"
	default:
		return "file"
	}
}

// processes are those of the process namespace, by name; this one is `witness` under whatever name it was started.
func processes() (string, []string) {
	first, all := "", []string{}
	for _, each := range names("/proc") {
		number, err := strconv.Atoi(each)
		if err != nil {
			continue
		}
		comm := strings.TrimSpace(text(filepath.Join("/proc", each, "comm")))
		if number == os.Getpid() {
			comm = "witness"
		}
		if number == 1 {
			first = comm
		}
		all = append(all, comm)
	}
	sort.Strings(all)
	return first, all
}

func signalName(which syscall.Signal) string { return unix.SignalName(which) }
