using Grpc.Core;

namespace CityTwin.Api.Errors;

/// <summary>Gathers all that is wrong with a request, so that it is told at once.</summary>
internal sealed class Violations
{
    public const int PrincipalLengthMax = 128;
    public const int ReasonLengthMax = 512;
    public const int RequestIdLengthMax = 64;

    private readonly List<Violation> _found = [];

    public void Add(string field, string text, string code = "INVALID") => _found.Add(new(field, text, code));

    /// <summary>Who and why, which every command carries, and its id.</summary>
    public void Command(string principal, string reason, string requestId, bool reasonRequired = true)
    {
        Text("principal", principal, 1, PrincipalLengthMax);
        Text("reason", reason, reasonRequired ? 1 : 0, ReasonLengthMax);
        Text("request_id", requestId, 0, RequestIdLengthMax);
    }

    public void Text(string field, string value, int least, int most)
    {
        if (value.Length < least)
        {
            Add(field, $"{field} is required.", "REQUIRED");
        }
        else if (value.Length > most)
        {
            Add(field, $"{field} has at most {most} characters.", "TOO_LONG");
        }
        else if (value.Any(char.IsControl))
        {
            Add(field, $"{field} has a control character.");
        }
    }

    public void Range(string field, int value, int least, int most)
    {
        if (value < least || value > most)
        {
            Add(field, $"{field} lies between {least} and {most}, not at {value}.", "OUT_OF_RANGE");
        }
    }

    /// <exception cref="RpcException">INVALID_ARGUMENT with every violation.</exception>
    public void Throw()
    {
        if (_found.Count > 0)
        {
            throw ApiErrors.With(
                StatusCode.InvalidArgument, ErrorReason.InvalidFields, string.Join(" ", _found.Select(violation => violation.Text)), _found);
        }
    }
}
