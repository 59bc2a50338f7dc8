package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

const (
	mostNested  = 80
	mostEntries = 400
	mostBytes   = 8 << 20
	markName    = ".witness-mark"
)

// A mount of the container; what lies in it is listed where it is no part of the system.
type mount struct {
	Point   string   `json:"point"`
	Kind    string   `json:"kind"`
	Options []string `json:"options"`
	Size    uint64   `json:"size"` // bytes that the file system can hold
	Entries []entry  `json:"entries,omitempty"`
	More    bool     `json:"more,omitempty"` // there are entries beyond those listed
}

// A file, folder or link; Path is relative to the mount's point and empty for the point itself.
type entry struct {
	Path   string `json:"path"`
	Kind   string `json:"kind"`
	Mode   string `json:"mode"`
	User   uint32 `json:"user"`
	Group  uint32 `json:"group"`
	Digest string `json:"digest,omitempty"` // of the content, or the link's target; "?" where it may not be read
}

func mounts() []mount {
	found := []mount{}
	root, nested := "", 0
	for line := range strings.Lines(text("/proc/self/mountinfo")) {
		before, after, _ := strings.Cut(line, " - ")
		left, right := strings.Fields(before), strings.Fields(after)
		if len(left) < 6 || len(right) < 3 {
			continue
		}
		one := mount{Point: unescaped(left[4]), Kind: right[0], Options: strings.Split(left[5], ",")}
		sort.Strings(one.Options)
		var room unix.Statfs_t
		if unix.Statfs(one.Point, &room) == nil {
			one.Size = room.Blocks * uint64(room.Bsize)
		}
		if one.Point == "/" {
			root = left[0]
		}
		// Where the machine's own root is mounted, every mount of the machine lies in that one.
		if left[1] != root {
			nested++
		}
		if !ofTheSystem(one.Point) && (left[1] == root || nested <= mostNested) {
			one.Entries, one.More = listed(one.Point)
		}
		found = append(found, one)
	}
	return found
}

func ofTheSystem(point string) bool {
	for _, each := range []string{"/proc", "/sys", "/dev"} {
		if point == each || strings.HasPrefix(point, each+"/") {
			return point != "/dev/shm"
		}
	}
	return point == "/" || point == "/etc/hosts" || point == "/etc/hostname" || point == "/etc/resolv.conf"
}

// unescaped is the path behind `\040` and its kind.
func unescaped(text string) string {
	var out strings.Builder
	for index := 0; index < len(text); index++ {
		if text[index] == '\\' && index+3 < len(text) {
			if code, err := strconv.ParseUint(text[index+1:index+4], 8, 8); err == nil {
				out.WriteByte(byte(code))
				index += 3
				continue
			}
		}
		out.WriteByte(text[index])
	}
	return out.String()
}

func listed(point string) ([]entry, bool) {
	entries, more, bytes := []entry{}, false, int64(0)
	var root unix.Stat_t
	unix.Lstat(point, &root)
	filepath.WalkDir(point, func(path string, each fs.DirEntry, err error) error {
		if err != nil && path != point || each != nil && each.Name() == markName {
			return nil
		}
		if len(entries) >= mostEntries || bytes > mostBytes {
			more = true
			return filepath.SkipAll
		}
		var state unix.Stat_t
		if unix.Lstat(path, &state) != nil {
			return nil
		}
		if state.Dev != root.Dev {
			// The machine's own root may be mounted, with all that is mounted there.
			if each.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		bytes += state.Size
		entries = append(entries, describe(path, strings.TrimPrefix(path, strings.TrimSuffix(point, "/")), state))
		return nil
	})
	return entries, more
}

func looked() map[string][]entry {
	found := map[string][]entry{}
	var paths []string
	content, err := os.ReadFile("/.witness/look.json")
	if err == nil {
		err = json.Unmarshal(content, &paths)
	}
	for _, path := range paths {
		if _, err := os.Lstat(path); err == nil {
			found[path], _ = listed(path)
		}
	}
	return found
}

func describe(path, relative string, state unix.Stat_t) entry {
	one := entry{Path: raw(relative), Mode: fmt.Sprintf("%04o", state.Mode&0o7777), User: state.Uid, Group: state.Gid}
	switch state.Mode & unix.S_IFMT {
	case unix.S_IFREG:
		one.Kind, one.Digest = "file", "?"
		if state.Size > mostBytes {
			one.Digest = "large"
		} else if content, err := os.ReadFile(path); err == nil {
			sum := sha256.Sum256(content)
			one.Digest = hex.EncodeToString(sum[:8])
		}
	case unix.S_IFDIR:
		one.Kind = "folder"
	case unix.S_IFLNK:
		one.Kind = "link"
		one.Digest, _ = os.Readlink(path)
	default:
		one.Kind = "other"
	}
	return one
}

// placesToWrite are folders that a program may want to write into.
func placesToWrite(w *world) []string {
	wanted := map[string]bool{"/": true, "/tmp": true, "/var/tmp": true, "/run": true, "/dev/shm": true, "/home": true}
	wanted[w.Directory] = true
	for _, each := range w.Mounts {
		if !ofTheSystem(each.Point) {
			wanted[each.Point] = true
		}
	}
	places := []string{}
	for each := range wanted {
		if state, err := os.Stat(each); err == nil && state.IsDir() {
			places = append(places, each)
		}
	}
	sort.Strings(places)
	return places
}

func writable(places []string) map[string]bool {
	found := map[string]bool{}
	for _, each := range places {
		file, err := os.CreateTemp(each, ".witness-*")
		found[each] = err == nil
		if err == nil {
			file.Close()
			os.Remove(file.Name())
		}
	}
	return found
}

func readMarks(places []string) map[string][]string {
	found := map[string][]string{}
	for _, each := range places {
		if content, err := os.ReadFile(filepath.Join(each, markName)); err == nil {
			found[each] = strings.Fields(string(content))
		}
	}
	return found
}

// writeMarks leaves this life's identity where it can be written; a later life finds it where it was kept.
func writeMarks(places []string, w *world) {
	w.Life = 1
	for _, each := range places {
		w.Life = max(w.Life, len(w.Marks[each])+1)
		file, err := os.OpenFile(filepath.Join(each, markName), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
		if err == nil {
			fmt.Fprintln(file, w.Identity)
			file.Close()
		}
	}
}
