package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

type franz struct{}

var franzCodecs = map[string]kgo.CompressionCodec{
	"none":   kgo.NoCompression(),
	"gzip":   kgo.GzipCompression(),
	"snappy": kgo.SnappyCompression(),
	"lz4":    kgo.Lz4Compression(),
	"zstd":   kgo.ZstdCompression(),
}

// produce: franz-go's producer is idempotent, with acks from all, unless it is told otherwise.
func (franz) produce(address, topic, codec string, records []record) error {
	client, err := kgo.NewClient(
		kgo.SeedBrokers(address),
		kgo.DefaultProduceTopic(topic),
		kgo.ProducerBatchCompression(franzCodecs[codec]),
		kgo.ProducerBatchMaxBytes(1_048_588),
	)
	if err != nil {
		return err
	}
	defer client.Close()
	sent := make([]*kgo.Record, len(records))
	for i, one := range records {
		sent[i] = &kgo.Record{Key: bytesOf(one.Key), Value: bytesOf(one.Value)}
		for name, value := range one.Headers {
			sent[i].Headers = append(sent[i].Headers, kgo.RecordHeader{Key: name, Value: []byte(value)})
		}
	}
	return client.ProduceSync(context.Background(), sent...).FirstErr()
}

func (franz) consume(address, topic string, each func(record) bool) error {
	client, err := kgo.NewClient(
		kgo.SeedBrokers(address),
		kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
	)
	if err != nil {
		return err
	}
	defer client.Close()
	for {
		fetches := client.PollFetches(context.Background())
		if err := fetches.Err(); err != nil {
			return err
		}
		isDone := false
		fetches.EachRecord(func(got *kgo.Record) {
			if !isDone {
				isDone = each(fromFranz(got))
			}
		})
		if isDone {
			return nil
		}
	}
}

func fromFranz(got *kgo.Record) record {
	headers := map[string]string{}
	for _, header := range got.Headers {
		headers[header.Key] = string(header.Value)
	}
	return record{
		Partition:   got.Partition,
		Offset:      got.Offset,
		TimestampMs: got.Timestamp.UnixMilli(),
		Key:         textOf(got.Key),
		Value:       textOf(got.Value),
		Headers:     headers,
	}
}

// join balances cooperatively, which is franz-go's default: what it is told is what changes.
func (franz) join(address, group, topic string, sessionTimeout time.Duration, stop <-chan struct{}) error {
	var guard sync.Mutex
	owned := map[int32]bool{}
	change := func(partitions map[string][]int32, isOwned bool) {
		guard.Lock()
		defer guard.Unlock()
		for _, partition := range partitions[topic] {
			if isOwned {
				owned[partition] = true
			} else {
				delete(owned, partition)
			}
		}
		var all []int32
		for partition := range owned {
			all = append(all, partition)
		}
		sayAssignment(all)
	}
	gone := func(_ context.Context, _ *kgo.Client, lost map[string][]int32) { change(lost, false) }
	client, err := kgo.NewClient(
		kgo.SeedBrokers(address),
		kgo.ConsumerGroup(group),
		kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.SessionTimeout(sessionTimeout),
		kgo.HeartbeatInterval(500*time.Millisecond),
		kgo.AutoCommitInterval(200*time.Millisecond),
		kgo.OnPartitionsAssigned(func(_ context.Context, _ *kgo.Client, got map[string][]int32) { change(got, true) }),
		kgo.OnPartitionsRevoked(func(ctx context.Context, client *kgo.Client, lost map[string][]int32) {
			_ = client.CommitUncommittedOffsets(ctx)
			gone(ctx, client, lost)
		}),
		kgo.OnPartitionsLost(gone),
	)
	if err != nil {
		return err
	}
	polling, cancel := context.WithCancel(context.Background())
	go func() {
		<-stop
		cancel()
	}()
	for {
		fetches := client.PollFetches(polling)
		if errors.Is(fetches.Err0(), context.Canceled) {
			_ = client.CommitUncommittedOffsets(context.Background())
			client.Close()
			return nil
		}
		fetches.EachRecord(func(got *kgo.Record) { say(map[string]any{"value": textOf(got.Value)}) })
	}
}
