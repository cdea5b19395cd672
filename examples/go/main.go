// A walk through Prihvat's API with Go's ordinary tools; see ../README.md.
//
//	walk SERVER OPERATION      walk 127.0.0.1:8443 operations/go
//
// OPERATION must not be there yet. Prints one line a step, the same in every language. With PRIHVAT_TLS_CA,
// PRIHVAT_TLS_CERT and PRIHVAT_TLS_KEY (PEM files) it calls as the certificate says; without, a development server.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path"
	"sort"
	"strings"
	"time"

	"github.com/google/uuid"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	admin "prihvat.example/walk/gen/prihvat/admin/v1"
	procurement "prihvat.example/walk/gen/prihvat/procurement/v1"
)

const timeout = 30 * time.Second // every call has a deadline

// call is the context of one call. A development server believes who we say we are; any other knows it from the
// certificate.
func call(operation string) (context.Context, context.CancelFunc) {
	ctx := context.Background()
	if os.Getenv("PRIHVAT_TLS_CA") == "" {
		principal := "organisations/iom/people/example;roles=operation_manager;operations=" + operation
		ctx = metadata.AppendToOutgoingContext(ctx, "x-prihvat-principal", principal)
	}
	return context.WithTimeout(ctx, timeout)
}

// transport says who we are by our certificate. Without one nothing is encrypted.
func transport() (credentials.TransportCredentials, error) {
	authority := os.Getenv("PRIHVAT_TLS_CA")
	if authority == "" {
		return insecure.NewCredentials(), nil
	}
	pem, err := os.ReadFile(authority)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, errors.New("no certificate in " + authority)
	}
	own, err := tls.LoadX509KeyPair(os.Getenv("PRIHVAT_TLS_CERT"), os.Getenv("PRIHVAT_TLS_KEY"))
	if err != nil {
		return nil, err
	}
	return credentials.NewTLS(&tls.Config{RootCAs: roots, Certificates: []tls.Certificate{own}}), nil
}

// register registers a supplier; a caller that keeps its request id may send the request again.
func register(client procurement.ProcurementServiceClient, operation, id, country, requestID string) (*procurement.Supplier, error) {
	ctx, cancel := call(operation)
	defer cancel()
	return client.RegisterSupplier(ctx, &procurement.RegisterSupplierRequest{
		Parent:     operation,
		SupplierId: id,
		Supplier:   &procurement.Supplier{DisplayName: "Supplier " + id, CountryCode: country},
		RequestId:  requestID,
	})
}

func createAndRetry(client procurement.ProcurementServiceClient, operation string) error {
	ctx, cancel := call(operation)
	defer cancel()
	_, err := client.CreateOperation(ctx, &procurement.CreateOperationRequest{
		Name: operation, DisplayName: "Example", TimeZone: "Europe/Sarajevo", RequestId: uuid.NewString(),
	})
	if err != nil {
		return err
	}
	requestID := uuid.NewString()
	first, err := register(client, operation, "s-1", "BA", requestID)
	if err != nil {
		return err
	}
	again, err := register(client, operation, "s-1", "BA", requestID) // as after a lost answer: one effect
	if err != nil {
		return err
	}
	same := "another"
	if proto.Equal(first, again) {
		same = "the same"
	}
	fmt.Println("created", first.Name)
	fmt.Println("repeated", again.Name, same)
	for _, id := range []string{"s-2", "s-3"} {
		if _, err := register(client, operation, id, "DE", uuid.NewString()); err != nil {
			return err
		}
	}
	return nil
}

func pageThrough(client procurement.ProcurementServiceClient, operation string) error {
	for token, more := "", true; more; more = token != "" {
		ctx, cancel := call(operation)
		page, err := client.ListSuppliers(ctx, &procurement.ListSuppliersRequest{
			Parent: operation, PageSize: 2, PageToken: token,
		})
		cancel()
		if err != nil {
			return err
		}
		line := []string{"page"}
		for _, supplier := range page.Suppliers {
			line = append(line, path.Base(supplier.Name))
		}
		fmt.Println(strings.Join(line, " "))
		token = page.NextPageToken
	}
	return nil
}

func readAnError(client procurement.ProcurementServiceClient, operation string) error {
	_, err := register(client, operation, "s-4", "Bosnia", uuid.NewString())
	if err == nil {
		return errors.New("a country code that is none was accepted")
	}
	refusal := status.Convert(err)
	var told []string // the reason, and the fields that are named
	for _, detail := range refusal.Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			told = append(told, detail.Reason)
		case *errdetails.BadRequest:
			for _, violation := range detail.FieldViolations {
				told = append(told, violation.Field)
			}
		}
	}
	sort.Strings(told)
	fmt.Println("refused", screaming(refusal.Code().String()), strings.Join(told, " "))
	return nil
}

// screaming turns Go's "InvalidArgument" into gRPC's "INVALID_ARGUMENT".
func screaming(code string) string {
	var out strings.Builder
	for i, letter := range code {
		if i > 0 && letter >= 'A' && letter <= 'Z' {
			out.WriteByte('_')
		}
		out.WriteRune(letter)
	}
	return strings.ToUpper(out.String())
}

// watch follows the feed, loses the connection, and goes on where it was.
func watch(feed admin.ChangeFeedServiceClient, operation string) error {
	taken, err := take(feed, operation, 2, "")
	if err != nil {
		return err
	}
	fmt.Println("watched", len(taken))
	last := taken[len(taken)-1]
	more, err := take(feed, operation, 2, last.ResumeToken)
	if err != nil {
		return err
	}
	gap := "no gap"
	if !proto.Equal(more[0].GetChange().PreviousPosition, last.GetChange().Position) {
		gap = "a gap"
	}
	fmt.Println("resumed", len(more), gap)
	return nil
}

func take(feed admin.ChangeFeedServiceClient, operation string, count int, resumeToken string) ([]*admin.WatchResponse, error) {
	ctx, cancel := call(operation)
	defer cancel() // ends the stream
	stream, err := feed.Watch(ctx, &admin.WatchRequest{
		Operation: operation, Service: "procurement", ResumeToken: resumeToken,
	})
	if err != nil {
		return nil, err
	}
	var changes []*admin.WatchResponse
	for len(changes) < count {
		message, err := stream.Recv()
		if err != nil {
			return nil, err
		}
		if message.GetChange() != nil { // else a heartbeat
			changes = append(changes, message)
		}
	}
	return changes, nil
}

func walk(server, operation string) error {
	secured, err := transport()
	if err != nil {
		return err
	}
	connection, err := grpc.Dial(server, grpc.WithTransportCredentials(secured))
	if err != nil {
		return err
	}
	defer connection.Close()
	client := procurement.NewProcurementServiceClient(connection)
	for _, step := range []func(procurement.ProcurementServiceClient, string) error{createAndRetry, pageThrough, readAnError} {
		if err := step(client, operation); err != nil {
			return err
		}
	}
	return watch(admin.NewChangeFeedServiceClient(connection), operation)
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: walk SERVER OPERATION")
		os.Exit(2)
	}
	if err := walk(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
