// Checks what clients were told for linearizability: checker HISTORY
//
// HISTORY has one JSON object a line, one for each call that a client made (see Call). Exit 0 and a line that counts
// what was checked; 1 and one line a contradiction; 2 where the history cannot be read.
//
// What is promised (DESIGN sections 4 and 6): accepted writes are linearizable; a read and a rejection speak of the
// position that they carry, which is not older than the token that they were sent with.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"sort"
	"time"

	"github.com/anishathalye/porcupine"
)

// Call is one attempt. Retries of a request are calls of their own with the same request id.
type Call struct {
	Operation string `json:"operation"` // the unit of consistency, "operations/ba"
	Key       string `json:"key"`       // the resource that is written or read
	// "write", "read"; "rejection": the answer says that the resource does not hold Value, as of Offset
	Kind      string `json:"kind"`
	RequestID string `json:"request_id"`
	Value     string `json:"value"` // written, or read; "" for a read that found nothing
	// Of a write: the value that it was only to replace (by its etag); nil where any would do.
	Expected *string `json:"expected"`
	Call     int64   `json:"call"` // nanoseconds on one clock
	Return   int64   `json:"return"`
	// "ok"; "nothing": the answer promises that this attempt did nothing; "unknown": it promises nothing, or none came
	Outcome string `json:"outcome"`
	Offset  int64  `json:"offset"` // of the position in the operation's partition that an answer carries
	Exact   bool   `json:"exact"`  // the offset is that of the write itself, not one that has seen it
	Token   int64  `json:"token"`  // the offset that a read was told to have seen; -1 for none
}

const (
	never     = math.MaxInt64
	noOffset  = int64(-1)
	patience  = 90 * time.Second // for all resources together
	knownKind = "ok, nothing and unknown"
)

// A write or a read, as the model takes it.
type step struct {
	write  bool
	value  string
	offset int64 // of a write: its own, noOffset where it is not known
	// Of a read: the lowest and the highest position at which the value was seen. Of a write whose offset is not known:
	// it came after the one and not after the other.
	least      int64
	most       int64
	call, done int64
	name       string
	expected   *string // of a write: the value that it replaces
}

// What one resource holds: the last value, at or after which offset it was written, and up to where it was seen.
type state struct {
	value   string
	written int64
	seen    int64
}

var model = porcupine.Model{
	Init: func() interface{} { return state{written: noOffset, seen: noOffset} },
	Step: func(before, input, _ interface{}) (bool, interface{}) {
		now, it := before.(state), input.(step)
		if it.write {
			if it.expected != nil && *it.expected != now.value {
				// What was never answered may have been refused.
				return it.done == never, now
			}
			if it.offset == noOffset {
				last := higher(now.written, now.seen)
				now.value, now.written = it.value, last+1
				return it.least <= last && last < it.most, now
			}
			// What was seen through an offset has no write before it that had not been there.
			if it.offset <= now.written || it.offset <= now.seen {
				return false, now
			}
			return true, state{it.value, it.offset, now.seen}
		}
		if it.value != now.value || it.least < now.written {
			return false, now
		}
		if it.most > now.seen {
			now.seen = it.most
		}
		return true, now
	},
}

// The order of a whole operation: its writes follow each other as their offsets do.
var order = porcupine.Model{
	Init: func() interface{} { return noOffset },
	Step: func(before, input, _ interface{}) (bool, interface{}) {
		it := input.(step)
		return it.offset > before.(int64), it.offset
	},
}

func load(path string) ([]Call, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var calls []Call
	lines := bufio.NewScanner(file)
	for number := 1; lines.Scan(); number++ {
		call := Call{Offset: noOffset, Token: noOffset}
		if err := json.Unmarshal(lines.Bytes(), &call); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, number, err)
		}
		switch call.Kind {
		case "write", "read", "rejection":
		default:
			return nil, fmt.Errorf("%s:%d: kind %q is none of write, read and rejection", path, number, call.Kind)
		}
		switch call.Outcome {
		case "ok", "nothing", "unknown":
		default:
			return nil, fmt.Errorf("%s:%d: outcome %q is none of %s", path, number, call.Outcome, knownKind)
		}
		calls = append(calls, call)
	}
	return calls, lines.Err()
}

// The attempts of each request as one write: from the first call to the first answer that says it is done. One that may
// have happened and was never answered stays open for ever; one of which every answer says that nothing was done is
// none.
func writes(calls []Call) map[string][]step {
	type request struct {
		first Call
		it    step
		may   bool
	}
	requests := map[string]*request{}
	var ids []string
	for _, call := range calls {
		if call.Kind != "write" {
			continue
		}
		known, found := requests[call.RequestID]
		if !found {
			known = &request{call, step{true, call.Value, noOffset, noOffset, never, call.Call, never, call.RequestID, call.Expected}, false}
			requests[call.RequestID] = known
			ids = append(ids, call.RequestID)
		}
		if call.Call < known.it.call {
			known.it.call = call.Call
		}
		known.may = known.may || call.Outcome != "nothing"
		if call.Outcome == "ok" && call.Return < known.it.done {
			known.it.done = call.Return
		}
		if call.Outcome == "ok" && call.Exact {
			known.it.offset = call.Offset
		} else if call.Outcome == "ok" && call.Offset != noOffset {
			known.it.most = lower(known.it.most, call.Offset)
		}
	}
	byKey := map[string][]step{}
	for _, id := range ids {
		if known := requests[id]; known.may {
			key := known.first.Operation + "/" + known.first.Key
			byKey[key] = append(byKey[key], known.it)
		}
	}
	return byKey
}

// The reads of each value as one: a read may be of the past, so it may stand anywhere before the earliest answer; all
// that saw one value saw it between the lowest and the highest of their positions.
func reads(calls []Call, say func(string, ...interface{})) map[string][]step {
	byKey := map[string]map[string]*step{}
	for _, call := range calls {
		if call.Kind != "read" || call.Outcome != "ok" {
			continue
		}
		if call.Offset < call.Token {
			say("%s/%s: read with a token for offset %d, answered as of %d", call.Operation, call.Key, call.Token, call.Offset)
		}
		key := call.Operation + "/" + call.Key
		if byKey[key] == nil {
			byKey[key] = map[string]*step{}
		}
		seen := byKey[key][call.Value]
		if seen == nil {
			seen = &step{false, call.Value, noOffset, call.Offset, call.Offset, 0, call.Return, "read " + call.Value, nil}
			byKey[key][call.Value] = seen
		}
		if call.Offset < seen.least {
			seen.least = call.Offset
		}
		if call.Offset > seen.most {
			seen.most = call.Offset
		}
		if call.Return < seen.done {
			seen.done = call.Return
		}
	}
	merged := map[string][]step{}
	for key, values := range byKey {
		for _, seen := range values {
			merged[key] = append(merged[key], *seen)
		}
	}
	return merged
}

func higher(a, b int64) int64 {
	if a > b {
		return a
	}
	return b
}

func lower(a, b int64) int64 { return -higher(-a, -b) }

// Where a value surely stood: from its write, or the first answer that saw it, up to the last one.
type life struct{ from, to int64 }

// The lives of the values of each resource.
func lives(byKey, seen map[string][]step) map[string]map[string]life {
	all := map[string]map[string]life{}
	note := func(key, value string, from, to int64) {
		if all[key] == nil {
			all[key] = map[string]life{}
		}
		known, found := all[key][value]
		if !found {
			known = life{from, to}
		}
		all[key][value] = life{lower(known.from, from), higher(known.to, to)}
	}
	for key, steps := range byKey {
		for _, it := range steps {
			if it.offset != noOffset {
				note(key, it.value, it.offset, it.offset)
			}
		}
	}
	for key, steps := range seen {
		for _, it := range steps {
			note(key, it.value, it.least, it.most)
		}
	}
	return all
}

// What was answered in an operation, by the time of the answer: the highest offset so far.
type answered struct{ at, offset int64 }

func answersOf(calls []Call) map[string][]answered {
	byOperation := map[string][]answered{}
	for _, call := range calls {
		if call.Offset != noOffset {
			byOperation[call.Operation] = append(byOperation[call.Operation], answered{call.Return, call.Offset})
		}
	}
	for _, all := range byOperation {
		sort.Slice(all, func(i, k int) bool { return all[i].at < all[k].at })
		for i := 1; i < len(all); i++ {
			all[i].offset = higher(all[i].offset, all[i-1].offset)
		}
	}
	return byOperation
}

// The highest offset that had been answered before `at`: whatever is called then comes after it.
func answeredBefore(all []answered, at int64) int64 {
	i := sort.Search(len(all), func(i int) bool { return all[i].at >= at })
	if i == 0 {
		return noOffset
	}
	return all[i-1].offset
}

// Each rejection against the position that it carries: it says that the resource does not hold a value, which is wrong
// where the value surely stood there. It did within its life, and from then on until something was written that may
// have an offset up to there. How many there were.
func rejections(calls []Call, byKey, seen map[string][]step, say func(string, ...interface{})) int {
	all, answers := lives(byKey, seen), answersOf(calls)
	count := 0
	for _, call := range calls {
		if call.Kind != "rejection" {
			continue
		}
		count++
		key := call.Operation + "/" + call.Key
		if call.Offset < call.Token {
			say("%s: rejected with a token for offset %d, as of %d", key, call.Token, call.Offset)
		}
		held, known := all[key][call.Value]
		if !known || call.Offset < held.from {
			continue
		}
		replaced := false
		for _, it := range byKey[key] {
			if it.value == call.Value || call.Offset <= held.to {
				continue
			}
			if it.offset != noOffset {
				replaced = replaced || it.offset > held.to && it.offset <= call.Offset
			} else {
				replaced = replaced || answeredBefore(answers[call.Operation], it.call) < call.Offset
			}
		}
		if !replaced {
			say("%s: rejected as of offset %d for not holding %q, which it held", key, call.Offset, call.Value)
		}
	}
	return count
}

// Whether `it` may have been replaced at once by a write whose place is known.
func hidden(it step, writes []step) bool {
	for _, other := range writes {
		if it.expected == nil && other.expected == nil && other.offset != noOffset && other.offset <= it.most &&
			other.call >= it.call && other.done <= it.done {
			return true
		}
	}
	return false
}

// Without the writes that nobody saw or expected the value of and of which it makes no difference where they stand: one
// that was never answered may stand at the end; one that replaces whatever is there and whose offset is not known, for
// it was answered only when asked again, just before another such write that was called and answered meanwhile. Each of
// them would double what the search has to try.
func observed(writes, reads []step) []step {
	for {
		seen := map[string]bool{}
		for _, it := range reads {
			seen[it.value] = true
		}
		for _, it := range writes {
			if it.expected != nil {
				seen[*it.expected] = true
			}
		}
		var kept []step
		for _, it := range writes {
			if seen[it.value] || it.offset != noOffset || it.done != never && !hidden(it, writes) {
				kept = append(kept, it)
			}
		}
		if len(kept) == len(writes) {
			return kept
		}
		writes = kept
	}
}

// The last position before `at`, where `value` stood, at which another did: `value` was written after that.
func lastOther(value string, at int64, writes, reads []step) int64 {
	last := noOffset
	note := func(other string, offset int64) {
		if other != value && offset < at {
			last = higher(last, offset)
		}
	}
	for _, it := range writes {
		note(it.value, it.offset)
	}
	for _, it := range reads {
		note(it.value, it.least)
		note(it.value, it.most)
	}
	return last
}

// The times and positions of writes and reads, drawn as close as what they say of each other allows: a value is seen, or replaced by a
// write that was accepted, after its write was called and before whoever did so was answered. Else every write that was
// never answered, and every read, would stand beside all that followed or came before.
func narrowed(writes, reads []step) []step {
	writer := map[string]int{}
	for i, it := range writes {
		if _, found := writer[it.value]; found {
			return append(writes, reads...) // whose value it is cannot be told
		}
		writer[it.value] = i
	}
	for i, it := range reads {
		if by, found := writer[it.value]; found {
			reads[i].call = higher(it.call, writes[by].call)
			writes[by].done = lower(writes[by].done, it.done)
			writes[by].most = lower(writes[by].most, it.least)
			writes[by].least = lastOther(it.value, it.least, writes, reads)
		}
	}
	for _, it := range writes {
		if it.expected == nil || it.done == never {
			continue
		}
		if by, found := writer[*it.expected]; found {
			writes[by].done = lower(writes[by].done, it.done)
		}
	}
	return append(writes, reads...)
}

func linearizable(model porcupine.Model, steps []step, until time.Time) porcupine.CheckResult {
	var history []porcupine.Operation
	for client, it := range steps {
		history = append(history, porcupine.Operation{ClientId: client, Input: it, Call: it.call, Return: it.done})
	}
	left := time.Until(until)
	if left <= 0 {
		return porcupine.Unknown // no time would be taken for all the time there is
	}
	return porcupine.CheckOperationsTimeout(model, history, left)
}

func operationsOf(calls []Call) map[string]string {
	operations := map[string]string{}
	for _, call := range calls {
		operations[call.Operation+"/"+call.Key] = call.Operation
	}
	return operations
}

// How many contradictions it printed, and what it counted.
func check(calls []Call) (said int, counted string) {
	until := time.Now().Add(patience)
	say := func(format string, of ...interface{}) {
		said++
		fmt.Printf(format+"\n", of...)
	}
	byKey, seen := writes(calls), reads(calls, say)
	operationOf := operationsOf(calls)
	byOperation := map[string][]step{}
	var keys []string
	for key := range operationOf {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	written, read, open := 0, 0, 0
	for _, key := range keys {
		for _, it := range byKey[key] {
			written++
			if it.done == never {
				open++
			}
			if it.offset != noOffset {
				byOperation[operationOf[key]] = append(byOperation[operationOf[key]], it)
			}
		}
		read += len(seen[key])
		if result := linearizable(model, narrowed(observed(byKey[key], seen[key]), seen[key]), until); result != porcupine.Ok {
			say("%s: what was written and read is not linearizable (%s)", key, result)
		}
	}
	rejected := rejections(calls, byKey, seen, say)
	for operation, steps := range byOperation {
		if result := linearizable(order, steps, until); result != porcupine.Ok {
			say("%s: the order of its writes contradicts their positions (%s)", operation, result)
		}
	}
	return said, fmt.Sprintf("linearizable: %d operations, %d resources, %d writes (%d open), %d values read, "+
		"%d rejections", len(byOperation), len(keys), written, open, read, rejected)
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: checker HISTORY")
		os.Exit(2)
	}
	calls, err := load(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	said, counted := check(calls)
	if said > 0 {
		os.Exit(1)
	}
	fmt.Println(counted)
}
