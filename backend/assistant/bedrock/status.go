package bedrock

import (
	"errors"
	"net/http"
	"strings"
	"time"

	smithy "github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"cloudops/backend/assistant/model"
)

// classify maps an error of the SDK to a model.Error. begun: some text came before it.
func (p *Provider) classify(err error, begun bool) error {
	if err == nil {
		return model.Errorf(model.CodeBrokenOff, true, "Ask again.", nil, "%s stopped in the middle of the answer", p.host)
	}
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorCode() != "" {
		if e := p.named(api, err); e != nil {
			return e
		}
	}
	if e := p.credentials(err); e != nil {
		return e
	}
	if e := model.Unreached(p.host, err, begun); e != nil {
		return e
	}
	var answered *smithyhttp.ResponseError
	if errors.As(err, &answered) && answered.Response != nil {
		return p.status(answered.Response.Response, err)
	}
	if begun {
		return model.Errorf(model.CodeBrokenOff, true, "Ask again.", err, "%s broke off the answer", p.host)
	}
	return p.malformed(err)
}

// retryAfter is what the server asked for; 0: nothing.
func retryAfter(err error) time.Duration {
	var answered *smithyhttp.ResponseError
	if errors.As(err, &answered) && answered.Response != nil {
		return model.RetryAfter(answered.Response.Response)
	}
	return 0
}

// named maps the exceptions that Bedrock has names for. What it wrote is looked at, and never passed on.
func (p *Provider) named(api smithy.APIError, err error) *model.Error {
	said := strings.ToLower(api.ErrorMessage())
	switch api.ErrorCode() {
	case "AccessDeniedException":
		return p.denied(said, err)
	case "ValidationException":
		return p.invalid(said, err)
	case "ResourceNotFoundException":
		if strings.Contains(said, "use case") || strings.Contains(said, "access") {
			return p.notEnabled(err)
		}
		return p.noModel(err)
	case "ThrottlingException", "ServiceQuotaExceededException", "TooManyRequestsException":
		after := retryAfter(err)
		e := model.Errorf(model.CodeRateLimited, true, model.BusyHint(after), err, "%s takes no more requests now", p.host)
		e.RetryAfter = after
		return e
	case "ModelNotReadyException", "ServiceUnavailableException", "InternalServerException", "ModelStreamErrorException", "ModelErrorException", "ModelTimeoutException":
		e := model.Errorf(model.CodeServer, true, "Try again in a moment, or look at the AWS Health dashboard.", err, "%s had an error of its own", p.host)
		e.RetryAfter = retryAfter(err)
		return e
	case "UnrecognizedClientException", "InvalidSignatureException", "IncompleteSignature", "InvalidClientTokenId", "MissingAuthenticationTokenException", "MissingAuthenticationToken":
		return model.Errorf(model.CodeUnauthorized, false, "Check the AWS profile in the settings, and the clock of this machine.", err, "%s does not accept the AWS credentials", p.host)
	case "ExpiredTokenException", "ExpiredToken", "RequestExpired":
		return p.expired(err)
	}
	return nil
}

func (p *Provider) denied(said string, err error) *model.Error {
	if strings.Contains(said, "not authorized to perform") || strings.Contains(said, "explicit deny") {
		return model.Errorf(model.CodeUnauthorized, false, "Let the role call bedrock:InvokeModelWithResponseStream, bedrock:ListFoundationModels and bedrock:ListInferenceProfiles.",
			err, "the AWS credentials may not use %s", p.opt.Model)
	}
	return p.notEnabled(err)
}

func (p *Provider) notEnabled(err error) *model.Error {
	return model.Errorf(model.CodeNotEnabled, false, "Ask for access to the model in the Bedrock console (Model access), in the region that is set, or choose another.",
		err, "the account has no access to %s", p.opt.Model)
}

func (p *Provider) noModel(err error) *model.Error {
	return model.Errorf(model.CodeNoModel, false, "Choose one of the models that are listed, and check the region.", err, "%s does not have the model %s", p.host, p.opt.Model)
}

func (p *Provider) tooLong(err error) *model.Error {
	return model.Errorf(model.CodeTooLong, false, "Ask in a new conversation, or choose a model with a larger window.", err, "the prompt is too long for %s", p.opt.Model)
}

func (p *Provider) expired(err error) *model.Error {
	command := "aws sso login"
	if p.opt.Profile != "" {
		command += " --profile " + p.opt.Profile
	}
	return model.Errorf(model.CodeCredentials, false, "Run `"+command+"`, then ask again.", err, "the AWS sign-on has expired")
}

func (p *Provider) invalid(said string, err error) *model.Error {
	switch {
	case strings.Contains(said, "on-demand throughput"):
		return model.Errorf(model.CodeNoModel, false, "Choose its inference profile instead: its id begins with the region's group, such as eu. or us.",
			err, "%s is only to be had through an inference profile", p.opt.Model)
	case strings.Contains(said, "too long"), strings.Contains(said, "too many input tokens"), strings.Contains(said, "context length"), strings.Contains(said, "context window"), strings.Contains(said, "maximum tokens"):
		return p.tooLong(err)
	case strings.Contains(said, "tool use"), strings.Contains(said, "toolconfig"), strings.Contains(said, "tool config"):
		return model.Errorf(model.CodeNoTools, false, "Choose a model that can call tools.", err, "%s does not take tools", p.opt.Model)
	case strings.Contains(said, "model identifier"), strings.Contains(said, "model id"):
		return p.noModel(err)
	}
	return model.Errorf(model.CodeRejected, false, "Check the model and the region in the settings.", err, "%s does not accept the request", p.host)
}

// credentials maps what the SDK's chain of credentials says, which has no types of its own for most of it.
func (p *Provider) credentials(err error) *model.Error {
	said := strings.ToLower(err.Error())
	switch {
	case strings.Contains(said, "sso session has expired"), strings.Contains(said, "sso token"), strings.Contains(said, "cached sso"), strings.Contains(said, "token has expired"):
		return p.expired(err)
	case strings.Contains(said, "get identity"), strings.Contains(said, "get credentials"), strings.Contains(said, "retrieve credentials"):
		return model.Errorf(model.CodeCredentials, false, "Choose an AWS profile in the settings, or sign in with `aws configure` or `aws sso login`.", err, "no AWS credentials were found")
	}
	return nil
}

func (p *Provider) status(resp *http.Response, err error) *model.Error {
	switch code := resp.StatusCode; {
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return model.Errorf(model.CodeUnauthorized, false, "Check the AWS profile or the key in the settings.", err, "%s does not accept the credentials (%d)", p.host, code)
	case code == http.StatusNotFound:
		return p.noModel(err)
	case code == http.StatusTooManyRequests:
		after := model.RetryAfter(resp)
		e := model.Errorf(model.CodeRateLimited, true, model.BusyHint(after), err, "%s takes no more requests now", p.host)
		e.RetryAfter = after
		return e
	case code >= 500:
		e := model.Errorf(model.CodeServer, true, "Try again in a moment.", err, "%s answered with an error (%d)", p.host, code)
		e.RetryAfter = model.RetryAfter(resp)
		return e
	case code >= 300 && code < 400:
		return model.Errorf(model.CodeRedirected, false, "Enter the address that the endpoint really has.", err, "%s answers %d and sends elsewhere", p.host, code)
	case code >= 400:
		return model.Errorf(model.CodeRejected, false, "Check the model and the region in the settings.", err, "%s does not accept the request (%d)", p.host, code)
	}
	return p.malformed(err)
}

func (p *Provider) malformed(err error) *model.Error {
	return model.Errorf(model.CodeMalformed, false, "Check that the endpoint is that of Bedrock.", err, "what %s answers is not Bedrock's protocol", p.host)
}
