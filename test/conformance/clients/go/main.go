// Drives franz-go and Sarama for the conformance tests; line-client.ts says what is spoken.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"sort"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// record as the tests give and take it.
type record struct {
	Partition   int32             `json:"partition"`
	Offset      int64             `json:"offset"`
	TimestampMs int64             `json:"timestampMs"`
	Key         *string           `json:"key"`
	Value       *string           `json:"value"`
	Headers     map[string]string `json:"headers"`
}

// driver is what each of the libraries does in its own way.
type driver interface {
	produce(address, topic, codec string, records []record) error
	// consume gives each record to the callback, until it says that this was the last.
	consume(address, topic string, each func(record) bool) error
	// join takes part in the group until stop is closed, then leaves it.
	join(address, group, topic string, sessionTimeout time.Duration, stop <-chan struct{}) error
}

func main() {
	drivers := map[string]driver{"franz": franz{}, "sarama": saramaDriver{}}
	library, args := drivers[os.Args[1]], os.Args[3:]
	var err error
	switch os.Args[2] {
	case "produce":
		var records []record
		if err = json.NewDecoder(bufio.NewReader(os.Stdin)).Decode(&records); err == nil {
			err = library.produce(args[0], args[1], args[2], records)
		}
	case "consume":
		left, _ := strconv.Atoi(args[2])
		err = library.consume(args[0], args[1], func(one record) bool {
			say(one)
			left--
			return left == 0
		})
	case "join":
		ms, _ := strconv.Atoi(args[3])
		stop := make(chan struct{})
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, syscall.SIGTERM)
		go func() {
			<-signals
			close(stop)
		}()
		err = library.join(args[0], args[1], args[2], time.Duration(ms)*time.Millisecond, stop)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var printing sync.Mutex

func say(what any) {
	line, _ := json.Marshal(what)
	printing.Lock()
	defer printing.Unlock()
	fmt.Println(string(line))
}

func sayAssignment(partitions []int32) {
	owned := append([]int32{}, partitions...)
	sort.Slice(owned, func(i, j int) bool { return owned[i] < owned[j] })
	say(map[string]any{"assignment": owned})
}

func bytesOf(text *string) []byte {
	if text == nil {
		return nil
	}
	return []byte(*text)
}

func textOf(bytes []byte) *string {
	if bytes == nil {
		return nil
	}
	text := string(bytes)
	return &text
}
