// Produces to or consumes from partition 0 of a topic with franz-go, and prints one line of JSON.
//
//	franz-go produce ADDRESS TOPIC RECORDS RECORD_BYTES BATCH_BYTES LINGER_MS
//	franz-go consume ADDRESS TOPIC RECORDS
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

const (
	// As Kafka's producer: 32 MiB of records wait at most, five requests are unanswered.
	bufferedBytes   = 32 << 20
	bufferedRecords = 1 << 20
	inFlight        = 5
	// As Kafka's consumer.
	partitionFetchBytes = 1 << 20
	values              = 256
)

type result struct {
	// In the measured time.
	Records int64   `json:"records"`
	Seconds float64 `json:"seconds"`
	// All of them, also those before the clock started.
	Passed int64 `json:"passed"`
}

func main() {
	if len(os.Args) < 5 {
		fail(fmt.Errorf("expected produce or consume, an address, a topic and a number of records"))
	}
	address, topic, records := os.Args[2], os.Args[3], number(4)
	var found result
	var err error
	switch os.Args[1] {
	case "produce":
		found, err = produce(address, topic, records, number(5), number(6), number(7))
	case "consume":
		found, err = consume(address, topic, records)
	default:
		err = fmt.Errorf("unknown command %q", os.Args[1])
	}
	if err != nil {
		fail(err)
	}
	line, err := json.Marshal(found)
	if err != nil {
		fail(err)
	}
	fmt.Println(string(line))
}

func produce(address, topic string, records, recordBytes, batchBytes, lingerMs int64) (result, error) {
	client, err := kgo.NewClient(
		kgo.SeedBrokers(address),
		kgo.DefaultProduceTopic(topic),
		kgo.RequiredAcks(kgo.LeaderAck()),
		kgo.DisableIdempotentWrite(),
		kgo.MaxProduceRequestsInflightPerBroker(inFlight),
		kgo.ProducerBatchCompression(kgo.NoCompression()),
		kgo.ProducerBatchMaxBytes(int32(batchBytes)),
		kgo.ProducerLinger(time.Duration(lingerMs)*time.Millisecond),
		kgo.MaxBufferedBytes(bufferedBytes),
		kgo.MaxBufferedRecords(bufferedRecords),
	)
	if err != nil {
		return result{}, err
	}
	defer client.Close()
	ctx := context.Background()
	if err := client.Ping(ctx); err != nil {
		return result{}, err
	}
	pool := make([][]byte, values)
	for i := range pool {
		pool[i] = make([]byte, recordBytes)
		for at := range pool[i] {
			pool[i][at] = byte('A' + (at*7+i)%26)
		}
	}
	var failed atomic.Pointer[error]
	answered := func(_ *kgo.Record, err error) {
		if err != nil {
			failed.CompareAndSwap(nil, &err)
		}
	}
	started := time.Now()
	for i := int64(0); i < records; i++ {
		client.Produce(ctx, &kgo.Record{Value: pool[i%values]}, answered)
	}
	if err := client.Flush(ctx); err != nil {
		return result{}, err
	}
	seconds := time.Since(started).Seconds()
	if first := failed.Load(); first != nil {
		return result{}, *first
	}
	return result{records, seconds, records}, nil
}

// Every offset must come once and in order. The clock starts when the first records are there, and these do
// not count: connecting is not measured.
func consume(address, topic string, records int64) (result, error) {
	start := map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().AtStart()}}
	client, err := kgo.NewClient(
		kgo.SeedBrokers(address),
		kgo.ConsumePartitions(start),
		kgo.FetchMaxPartitionBytes(partitionFetchBytes),
	)
	if err != nil {
		return result{}, err
	}
	defer client.Close()
	var next, before int64
	var started time.Time
	for next < records {
		fetches := client.PollFetches(context.Background())
		for _, failure := range fetches.Errors() {
			return result{}, failure.Err
		}
		isFirst := next == 0
		var misplaced error
		fetches.EachRecord(func(record *kgo.Record) {
			if record.Offset != next && misplaced == nil {
				misplaced = fmt.Errorf("got offset %d where %d was due", record.Offset, next)
			}
			next++
		})
		if misplaced != nil {
			return result{}, misplaced
		}
		if isFirst && next > 0 {
			started, before = time.Now(), next
		}
	}
	return result{next - before, time.Since(started).Seconds(), next}, nil
}

func number(place int) int64 {
	if place >= len(os.Args) {
		fail(fmt.Errorf("argument %d is missing", place))
	}
	value, err := strconv.ParseInt(os.Args[place], 10, 64)
	if err != nil {
		fail(err)
	}
	return value
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
