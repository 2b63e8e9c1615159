package main

import (
	"context"
	"time"

	"github.com/IBM/sarama"
)

type saramaDriver struct{}

var saramaCodecs = map[string]sarama.CompressionCodec{
	"none":   sarama.CompressionNone,
	"gzip":   sarama.CompressionGZIP,
	"snappy": sarama.CompressionSnappy,
	"lz4":    sarama.CompressionLZ4,
	"zstd":   sarama.CompressionZSTD,
}

func saramaConfig() *sarama.Config {
	config := sarama.NewConfig()
	config.Version = sarama.MaxVersion
	config.Producer.Idempotent = true
	config.Net.MaxOpenRequests = 1
	config.Producer.RequiredAcks = sarama.WaitForAll
	config.Producer.Return.Successes = true
	config.Consumer.Offsets.Initial = sarama.OffsetOldest
	return config
}

func (saramaDriver) produce(address, topic, codec string, records []record) error {
	config := saramaConfig()
	config.Producer.Compression = saramaCodecs[codec]
	config.Producer.MaxMessageBytes = 1_048_588
	producer, err := sarama.NewSyncProducer([]string{address}, config)
	if err != nil {
		return err
	}
	defer producer.Close()
	sent := make([]*sarama.ProducerMessage, len(records))
	for i, one := range records {
		sent[i] = &sarama.ProducerMessage{Topic: topic}
		if one.Key != nil {
			sent[i].Key = sarama.StringEncoder(*one.Key)
		}
		if one.Value != nil {
			sent[i].Value = sarama.StringEncoder(*one.Value)
		}
		for name, value := range one.Headers {
			header := sarama.RecordHeader{Key: []byte(name), Value: []byte(value)}
			sent[i].Headers = append(sent[i].Headers, header)
		}
	}
	return producer.SendMessages(sent)
}

func (saramaDriver) consume(address, topic string, each func(record) bool) error {
	consumer, err := sarama.NewConsumer([]string{address}, saramaConfig())
	if err != nil {
		return err
	}
	defer consumer.Close()
	partitions, err := consumer.Partitions(topic)
	if err != nil {
		return err
	}
	messages := make(chan *sarama.ConsumerMessage)
	for _, partition := range partitions {
		reader, err := consumer.ConsumePartition(topic, partition, sarama.OffsetOldest)
		if err != nil {
			return err
		}
		go func() {
			for message := range reader.Messages() {
				messages <- message
			}
		}()
	}
	for message := range messages {
		headers := map[string]string{}
		for _, header := range message.Headers {
			headers[string(header.Key)] = string(header.Value)
		}
		isLast := each(record{
			Partition:   message.Partition,
			Offset:      message.Offset,
			TimestampMs: message.Timestamp.UnixMilli(),
			Key:         textOf(message.Key),
			Value:       textOf(message.Value),
			Headers:     headers,
		})
		if isLast {
			return nil
		}
	}
	return nil
}

type saramaMember struct{ topic string }

func (member saramaMember) Setup(session sarama.ConsumerGroupSession) error {
	sayAssignment(session.Claims()[member.topic])
	return nil
}

func (member saramaMember) Cleanup(session sarama.ConsumerGroupSession) error {
	sayAssignment(nil)
	return nil
}

func (member saramaMember) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for {
		select {
		case message, isOpen := <-claim.Messages():
			if !isOpen {
				return nil
			}
			say(map[string]any{"value": textOf(message.Value)})
			session.MarkMessage(message, "")
		case <-session.Context().Done():
			return nil
		}
	}
}

func (saramaDriver) join(address, group, topic string, sessionTimeout time.Duration, stop <-chan struct{}) error {
	config := saramaConfig()
	config.Consumer.Group.Session.Timeout = sessionTimeout
	config.Consumer.Group.Heartbeat.Interval = 500 * time.Millisecond
	config.Consumer.Offsets.AutoCommit.Interval = 200 * time.Millisecond
	member, err := sarama.NewConsumerGroup([]string{address}, group, config)
	if err != nil {
		return err
	}
	consuming, cancel := context.WithCancel(context.Background())
	go func() {
		<-stop
		cancel()
	}()
	for consuming.Err() == nil {
		if err := member.Consume(consuming, []string{topic}, saramaMember{topic}); err != nil {
			return err
		}
	}
	return member.Close()
}
