// Ask a city for its zones, watch them, send readings.
//
// Generate the code from the contract, once for each file of it, and run (protoc-gen-go and protoc-gen-go-grpc are what it
// needs; CommonProtos is the folder that holds google/api):
//
//	M=$(cd src/CityTwin.Protocol && for f in citytwin/v1/*.proto; do printf 'M%s=citytwin/v1,' $f; done)
//	protoc -I src/CityTwin.Protocol -I CommonProtos --go_out=$M:gen --go-grpc_out=$M:gen citytwin/v1/*.proto
//	go run . 127.0.0.1:5081 query
//	go run . 127.0.0.1:5081 watch 10
//	CITYTWIN_KEY=... go run . 127.0.0.1:5081 send meter-1 1 100
//
// CITYTWIN_KEY is an API key; a silo on this machine without credentials shows its zones to anybody.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strconv"
	"sync"
	"time"

	citytwin "citytwin/v1"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const (
	firstPause    = 100 * time.Millisecond
	longestPause  = 3 * time.Second
	unansweredMax = 16
)

func withCredential(ctx context.Context) context.Context {
	if key := os.Getenv("CITYTWIN_KEY"); key != "" {
		return metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+key)
	}
	return ctx
}

// mayHeal tells whether a stream that ended so may be opened again.
func mayHeal(err error) bool {
	switch status.Code(err) {
	case codes.Unavailable, codes.Internal, codes.Unknown, codes.Canceled, codes.Aborted, codes.DeadlineExceeded:
		return true
	case codes.ResourceExhausted:
		// What is too large is exhausted each time; streams are not.
		for _, detail := range status.Convert(err).Details() {
			if info, ok := detail.(*errdetails.ErrorInfo); ok && info.Reason == "TOO_MANY_STREAMS" {
				return true
			}
		}
	}
	return errors.Is(err, io.EOF)
}

func longer(pause time.Duration) time.Duration {
	if pause *= 2; pause > longestPause {
		return longestPause
	}
	return pause
}

// query prints all zones, page by page.
func query(conn *grpc.ClientConn) error {
	zones := citytwin.NewZoneServiceClient(conn)
	for token := ""; ; {
		ctx, cancel := context.WithTimeout(withCredential(context.Background()), 30*time.Second)
		page, err := zones.ListZones(ctx, &citytwin.ListZonesRequest{PageToken: token})
		cancel()
		if err != nil {
			return err
		}
		for _, zone := range page.Zones {
			fmt.Printf("%s\t%s\n", zone.Name, zone.DisplayName)
		}
		if token = page.NextPageToken; token == "" {
			return nil
		}
	}
}

// watch prints every change, until so many checkpoints have come. A watch that breaks goes on at the last one, on any silo.
func watch(conn *grpc.ClientConn, checkpoints int) error {
	zones := citytwin.NewZoneServiceClient(conn)
	for token, pause := "", firstPause; ; pause = longer(pause) {
		ctx, cancel := context.WithCancel(withCredential(context.Background()))
		stream, err := zones.WatchZones(ctx, &citytwin.WatchZonesRequest{ResumeToken: token})
		for err == nil {
			var message *citytwin.WatchZonesResponse
			if message, err = stream.Recv(); err != nil {
				break
			}
			pause = firstPause
			switch message.Kind {
			case citytwin.WatchKind_WATCH_KIND_CHECKPOINT:
				token = message.ResumeToken
				fmt.Println("checkpoint")
				if checkpoints--; checkpoints == 0 {
					cancel()
					return nil
				}
			case citytwin.WatchKind_WATCH_KIND_GAP:
				fmt.Println("gap: forget what you have, a snapshot follows")
			default:
				fmt.Println(message.Kind, message.GetZone().GetName()+message.Removed)
			}
		}
		cancel()
		if !mayHeal(err) {
			return err
		}
		time.Sleep(pause)
	}
}

// sender keeps each message until it is answered.
type sender struct {
	lock       sync.Mutex
	unanswered []*citytwin.SendReadingsRequest
	coming     func() *citytwin.SendReadingsRequest
}

func (s *sender) snapshot() []*citytwin.SendReadingsRequest {
	s.lock.Lock()
	defer s.lock.Unlock()
	return append([]*citytwin.SendReadingsRequest(nil), s.unanswered...)
}

// next is the next message, which counts as unanswered from now on; nil when there are no more.
func (s *sender) next() *citytwin.SendReadingsRequest {
	s.lock.Lock()
	defer s.lock.Unlock()
	message := s.coming()
	if message != nil {
		s.unanswered = append(s.unanswered, message)
	}
	return message
}

func (s *sender) answered() *citytwin.SendReadingsRequest {
	s.lock.Lock()
	defer s.lock.Unlock()
	message := s.unanswered[0]
	s.unanswered = s.unanswered[1:]
	return message
}

// write sends what was not answered, then the rest, as fast as answers make room.
func (s *sender) write(stream citytwin.IngestService_SendReadingsClient, places <-chan bool) {
	for _, message := range s.snapshot() {
		if stream.Send(message) != nil {
			return
		}
	}
	for range places {
		message := s.next()
		if message == nil {
			stream.CloseSend()
			return
		}
		if stream.Send(message) != nil {
			return
		}
	}
}

// send sends numbered readings; what was not answered when a stream broke is sent again and counts once.
func send(conn *grpc.ClientConn, sensor string, boot, count int64) error {
	ingest := citytwin.NewIngestServiceClient(conn)
	number, stored := int64(0), int32(0)
	s := &sender{coming: func() *citytwin.SendReadingsRequest {
		if number++; number > count {
			return nil
		}
		value, sequence := float64(number%50), number
		return &citytwin.SendReadingsRequest{Readings: []*citytwin.NewReading{
			{Sensor: "sensors/" + sensor, Value: &value, Boot: &boot, Sequence: &sequence}}}
	}}
	for pause := firstPause; ; pause = longer(pause) {
		ctx, cancel := context.WithCancel(withCredential(context.Background()))
		stream, err := ingest.SendReadings(ctx)
		if err == nil {
			places, written := make(chan bool, unansweredMax), make(chan bool)
			for free := unansweredMax - len(s.snapshot()); free > 0; free-- {
				places <- true
			}
			go func() { s.write(stream, places); close(written) }()
			for {
				var answer *citytwin.SendReadingsResponse
				if answer, err = stream.Recv(); err != nil {
					break
				}
				pause = firstPause
				message := s.answered()
				stored += answer.Stored
				for _, refused := range answer.Refused {
					fmt.Println("refused", message.Readings[refused.Index].Sensor, refused.Code, refused.Text)
				}
				places <- true
			}
			// The writer of this stream ends before the next one begins.
			cancel()
			close(places)
			<-written
		}
		cancel()
		if err == io.EOF && len(s.snapshot()) == 0 {
			fmt.Println("stored", stored)
			return nil
		}
		if !mayHeal(err) {
			return err
		}
		time.Sleep(pause)
	}
}

func number(text string) int64 {
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func main() {
	if len(os.Args) < 3 {
		log.Fatal("usage: ADDRESS query | watch CHECKPOINTS | send SENSOR BOOT COUNT")
	}
	conn, err := grpc.Dial(os.Args[1], grpc.WithInsecure())
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	switch more := os.Args[3:]; os.Args[2] {
	case "query":
		err = query(conn)
	case "watch":
		err = watch(conn, int(number(more[0])))
	case "send":
		err = send(conn, more[0], number(more[1]), number(more[2]))
	}
	if err != nil {
		log.Fatal(err)
	}
}
