package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
)

// errorCode is what the server called the error; empty where it said nothing.
func errorCode(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

func statusOf(err error) (int, http.Header) {
	var resp *awshttp.ResponseError
	if errors.As(err, &resp) && resp.HTTPResponse() != nil {
		return resp.HTTPStatusCode(), resp.HTTPResponse().Header
	}
	return 0, nil
}

func lacksConditions(err error) bool {
	status, _ := statusOf(err)
	return errorCode(err) == "NotImplemented" || status == http.StatusNotImplemented
}

// classify says what an error of S3 means for a backup. action is the permission that the call needs.
func (t *S3) classify(err error, action string) error {
	if err == nil {
		return nil
	}
	var known *Error
	if errors.As(err, &known) || errors.Is(err, errNotFound) || errors.Is(err, errExists) || errors.Is(err, context.Canceled) {
		return err
	}
	status, header := statusOf(err)
	if e := t.byCode(errorCode(err), err, action); e != nil {
		return e
	}
	if e := t.byStatus(status, header, err, action); e != nil {
		return e
	}
	if isNetwork(err) {
		return &Error{Err: ErrNetwork, Cause: err, Advice: "Check the network and the address (--endpoint-url, --region), then try again: what was sent is not sent again."}
	}
	if strings.Contains(err.Error(), "get credentials") || strings.Contains(err.Error(), "failed to refresh cached credentials") {
		return t.credentials(err)
	}
	return fmt.Errorf("%s: %w", t, err)
}

func (t *S3) byCode(code string, err error, action string) error {
	switch code {
	case "NoSuchKey", "NotFound":
		return fmt.Errorf("%w: %w", errNotFound, err)
	case "PreconditionFailed", "ConditionalRequestConflict":
		return fmt.Errorf("%w: %w", errExists, err)
	case "NoSuchBucket", "InvalidBucketName":
		return &Error{Err: ErrNoBucket, Cause: err, Advice: "Make the bucket " + t.o.Bucket + ", or correct its name. Where its name is right, look at the account and the region."}
	case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "IncorrectEndpoint":
		return t.region(err)
	case "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "InvalidClientTokenId":
		return t.credentials(err)
	case "RequestTimeTooSkewed", "RequestExpired":
		return &Error{Err: ErrClock, Cause: err, Advice: "Set the clock of this machine (on Linux: timedatectl set-ntp true), then try again."}
	case "AccessDenied", "AllAccessDisabled", "Forbidden":
		if strings.Contains(strings.ToLower(err.Error()), "kms") {
			return t.kms(err)
		}
		return t.denied(err, action)
	case "QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "InsufficientStorage", "ServiceQuotaExceeded":
		return t.full(err)
	}
	if strings.HasPrefix(code, "KMS.") {
		return t.kms(err)
	}
	return nil
}

func (t *S3) byStatus(status int, header http.Header, err error, action string) error {
	switch status {
	case http.StatusMovedPermanently, http.StatusTemporaryRedirect:
		if r := header.Get("X-Amz-Bucket-Region"); r != "" {
			return &Error{Err: ErrRegion, Cause: err, Advice: "Use --region " + r + "."}
		}
		return t.region(err)
	case http.StatusForbidden:
		return t.denied(err, action)
	case http.StatusNotFound:
		return fmt.Errorf("%w: %w", errNotFound, err)
	case http.StatusPreconditionFailed:
		return fmt.Errorf("%w: %w", errExists, err)
	case http.StatusInsufficientStorage:
		return t.full(err)
	}
	if status >= 500 {
		return &Error{Err: ErrNetwork, Cause: err, Advice: "The server has a difficulty; try again later. What was sent is not sent again."}
	}
	return nil
}

func (t *S3) region(err error) error {
	return &Error{Err: ErrRegion, Cause: err, Advice: "Name the bucket's own region with --region (`aws s3api get-bucket-location --bucket " + t.o.Bucket + "` says which)."}
}

func (t *S3) credentials(err error) error {
	return &Error{Err: ErrCredentials, Cause: err, Advice: "Log in again (`aws sso login`), or renew the keys of the profile. Backups that are there are untouched."}
}

func (t *S3) denied(err error, action string) error {
	return &Error{Err: ErrDenied, Cause: err, Advice: "Allow " + action + " on " + t.String() + ": docs/iam-backup-policy.json is all that is needed. A bucket that does not exist is denied, too, where it may not be listed."}
}

func (t *S3) kms(err error) error {
	return &Error{Err: ErrEncryption, Cause: err, Advice: "Allow kms:GenerateDataKey and kms:Decrypt on the key of the bucket, or name the key that its policy demands."}
}

func (t *S3) full(err error) error {
	return &Error{Err: ErrTargetFull, Cause: err, Advice: "Make room, or remove backups with `cloudops backup prune`. The backups that are there are untouched."}
}

func isNetwork(err error) bool {
	var netErr net.Error
	var op *net.OpError
	return errors.As(err, &netErr) || errors.As(err, &op) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) ||
		errors.Is(err, context.DeadlineExceeded) || strings.Contains(err.Error(), "request send failed") || strings.Contains(err.Error(), "exceeded maximum number of attempts")
}
