package aws

import (
	"context"
	"errors"
	"maps"
	"regexp"
	"strings"
	"sync"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"

	"cloudops/backend/estate"
)

// listing reads the resources of some types, page after page.
type listing[A any] struct {
	types []string
	page  pageOf[A]
}

// pageOf reads the page that token names, emits its resources and returns the token of the next page.
type pageOf[A any] func(ctx context.Context, r *run[A], token *string) (next *string, err error)

// list is the listing of types by page.
func list[A any](page pageOf[A], types ...string) listing[A] { return listing[A]{types, page} }

// service is a Collector made of listings. A is its SDK's client, O the client's options.
type service[A, O any] struct {
	name     string
	global   bool
	client   func(awssdk.Config, ...func(*O)) A
	listings []listing[A]
}

// regional is a service that each region has for itself.
func regional[A, O any](name string, client func(awssdk.Config, ...func(*O)) A, listings ...listing[A]) Collector {
	return service[A, O]{name: name, client: client, listings: listings}
}

// everywhere is a service that one region answers for all.
func everywhere[A, O any](name string, client func(awssdk.Config, ...func(*O)) A, listings ...listing[A]) Collector {
	return service[A, O]{name: name, global: true, client: client, listings: listings}
}

func (s service[A, O]) Service() string { return s.name }
func (s service[A, O]) Global() bool    { return s.global }

func (s service[A, O]) Types() []string {
	var types []string
	for _, l := range s.listings {
		types = append(types, l.types...)
	}
	return types
}

// Collect reads one listing after the other; one that fails does not keep the others from it.
func (s service[A, O]) Collect(ctx context.Context, t Target, emit func(estate.Resource)) error {
	r := &run[A]{Target: t, api: s.client(t.Config), emit: emit, known: map[string]string{}, bare: map[string]bool{}}
	var errs []error
	for _, l := range s.listings {
		err := r.read(ctx, l)
		if err == nil {
			t.Listed(l.types...)
			continue
		}
		errs = append(errs, err)
		if isFatal(err) {
			break
		}
		for _, cfnType := range l.types {
			r.remember(unlisted+cfnType, "yes")
		}
	}
	return errors.Join(errs...)
}

// unlisted is put before a type that could not be listed in full, as a word for the listings that follow.
const unlisted = "unlisted "

// needs says that a relation or a name of the resource rests on an earlier listing of the type; where that failed, it is left as it was.
func (r *run[A]) needs(i *item, cfnType string, names ...string) {
	if r.recall(unlisted+cfnType) == "" {
		return
	}
	if len(names) == 0 {
		i.gaps().Name = true
		return
	}
	i.unseen(names...)
}

// run is one reading of a service's cell.
type run[A any] struct {
	Target
	api  A
	emit func(estate.Resource)

	mu    sync.Mutex
	errs  []error           // of single resources, in the listing that is being read
	fatal error             // one of them that all others would meet
	known map[string]string // what one listing leaves for the next
	bare  map[string]bool   // ARNs of which the tags could not be asked
}

func (r *run[A]) read(ctx context.Context, l listing[A]) error {
	r.errs = nil
	err := eachPage(ctx, func(ctx context.Context, token *string) (*string, error) { return l.page(ctx, r, token) })
	if err != nil {
		return errors.Join(append([]error{err}, r.errs...)...)
	}
	return errors.Join(r.errs...)
}

// fail records an error of a single resource: the listing goes on and is not complete.
func (r *run[A]) fail(err error) {
	if err == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.errs = append(r.errs, err)
	if r.fatal == nil && isFatal(err) {
		r.fatal = err
	}
}

// over is an error that ended the run in passing: throttling that lasts, credentials that expired.
func (r *run[A]) over() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.fatal
}

// remember leaves a word for a later listing of the same run.
func (r *run[A]) remember(key, value string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known[key] = value
}

// recall is what an earlier listing left; empty where it left nothing.
func (r *run[A]) recall(key string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.known[key]
}

// each does something for every item, some at once. An item that fails leaves the others, one that was deleted meanwhile is
// left out; only an error that all would meet is returned.
func each[A, T any](ctx context.Context, r *run[A], items []T, do func(context.Context, T) error) error {
	_, err := eachOf(ctx, items, func(ctx context.Context, it T) (struct{}, error) {
		if err := r.over(); err != nil {
			return struct{}{}, err
		}
		err := do(ctx, it)
		if deleted(err) {
			err = nil
		}
		return struct{}{}, err
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if isFatal(err) {
		return err
	}
	r.fail(err)
	return nil
}

// deleted: the service does not know the resource that its own listing named a moment ago.
func deleted(err error) bool {
	var e smithy.APIError
	if !errors.As(err, &e) {
		return false
	}
	for _, part := range []string{"NotFound", "NoSuch", "DoesNotExist", "NonExistent"} {
		if strings.Contains(e.ErrorCode(), part) {
			return true
		}
	}
	return false
}

// tags asks for a resource's tags unless the tagging API has told them. What may not be asked is noted.
func (r *run[A]) tags(ctx context.Context, arn string, ask func() (map[string]string, error)) map[string]string {
	if r.TagsKnown(arn) {
		return nil
	}
	tags, err := ask()
	if !r.told(ctx, err) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.bare[sameARN(arn)] = true
	}
	return tags
}

// sameARN is the canonical form, as far as there is one.
func sameARN(arn string) string {
	if canonical, err := estate.CanonicalARN(arn); err == nil {
		return canonical
	}
	return arn
}

func (r *run[A]) untagged(arn string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.bare[arn]
}

// detail takes the error of a call that only adds to a resource, and tells whether there was none. What it would have added is left as it
// was, see item.unseen.
func (r *run[A]) detail(ctx context.Context, i *item, err error, adds ...string) bool {
	if !r.told(ctx, err) {
		i.unseen(adds...)
	}
	return err == nil
}

// told tells whether a call that only adds something was answered. What will be the same next time is noted; what may pass makes the listing
// incomplete; that something does not exist is an answer.
func (r *run[A]) told(ctx context.Context, err error) bool {
	if err == nil || deleted(err) {
		return true
	}
	r.fail(r.lesser(ctx, err))
	return false
}

// item starts a resource. An ARN that is none, which no service should answer, makes the listing incomplete.
func (r *run[A]) item(cfnType, arn, name string, tags map[string]string, answer any) *item {
	canonical, err := estate.CanonicalARN(arn)
	if err == nil {
		var i *item
		if i, err = r.newItem(cfnType, canonical, name, maps.Clone(tags), answer); err == nil {
			i.target, i.emit = r.Target, r.emit
			if r.untagged(canonical) {
				i.gaps().Tags = true
			}
			return i
		}
	}
	r.fail(err)
	return &item{Resource: estate.Resource{Attributes: map[string]any{}}, target: r.Target, emit: func(estate.Resource) {}}
}

// done hands the resource over.
func (i *item) done() { i.emit(i.finish()) }

// set adds an attribute unless it is empty.
func (i *item) set(name string, value any) *item {
	if value != nil && value != "" {
		i.Attributes[name] = value
	}
	return i
}

// near relates to resources of the same account and region; resource is "vpc/" and the like.
func (i *item) near(kind, service, resource string, ids ...string) *item {
	for _, id := range ids {
		if id != "" {
			i.relate(kind, i.target.arn(service, resource+id))
		}
	}
	return i
}

// to relates where the API answered ARNs; what is none names nothing for certain.
func (i *item) to(kind string, arns ...string) *item {
	for n := range arns {
		i.relateARN(kind, &arns[n])
	}
	return i
}

// network relates to a VPC, subnets and security groups.
func (i *item) network(vpc string, subnets, groups []string) *item {
	return i.near("vpc", "ec2", "vpc/", vpc).near("subnet", "ec2", "subnet/", subnets...).near("security-group", "ec2", "security-group/", groups...)
}

// key relates to a KMS key, which services name by ARN, by id or by alias.
func (i *item) key(id string) *item {
	switch {
	case strings.HasPrefix(id, "arn:"):
		return i.to("kms-key", id)
	case strings.HasPrefix(id, "alias/"):
		return i.near("kms-key", "kms", "", id)
	}
	return i.near("kms-key", "kms", "key/", id)
}

// role relates to an IAM role, which services name by ARN or by name.
func (i *item) role(names ...string) *item {
	for _, name := range names {
		if name != "" && !strings.HasPrefix(name, "arn:") {
			name = estate.ARN{Partition: i.target.Partition, Service: "iam", AccountID: i.target.Cell.AccountID, Resource: "role/" + name}.String()
		}
		i.to("role", name)
	}
	return i
}

// str is the string behind p.
func str(p *string) string { return awssdk.ToString(p) }

// lastOf is what follows the last slash or colon: the name in most ARNs and URLs.
func lastOf(s string) string { return s[strings.LastIndexAny(s, "/:")+1:] }

var quotedARN = regexp.MustCompile(`"(arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:\d*:[^"\s$*]+)"`)

// arnsIn are the ARNs that stand as whole strings in a JSON document.
func arnsIn(document string) []string {
	var arns []string
	for _, m := range quotedARN.FindAllStringSubmatch(document, -1) {
		if !strings.HasPrefix(m[1], "arn:aws:states:::") { // a state's way to call, not a resource
			arns = append(arns, m[1])
		}
	}
	return arns
}

// timeFormat is that of all times in attributes.
const timeFormat = time.RFC3339Nano

// anySlice is a list of attributes' kind; nil for an empty one.
func anySlice[T any](values []T) any {
	if len(values) == 0 {
		return nil
	}
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}

// unixMilli is a moment that a service tells in milliseconds since 1970.
func unixMilli(ms int64) string { return time.UnixMilli(ms).UTC().Format(timeFormat) }
