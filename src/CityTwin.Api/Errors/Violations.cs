using CityTwin.Api.Commands;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CityTwin.Api.Errors;

/// <summary>Gathers all that is wrong with a request, so that it is told at once.</summary>
internal sealed class Violations
{
    public const int PrincipalLengthMax = 128;
    public const int ReasonLengthMax = 512;
    public const int RequestIdLengthMax = 64;

    // 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z: what google.protobuf.Timestamp may say.
    private const long TimestampSecondsMin = -62_135_596_800;
    private const long TimestampSecondsMax = 253_402_300_799;

    private readonly List<Violation> _found = [];

    public void Add(string field, string text, string code = "INVALID") => _found.Add(new(field, text, code));

    /// <summary>Who and why, which every command carries, and its id.</summary>
    public void Command(Order order, bool reasonRequired = true) =>
        Command(order.Principal, order.Reason, order.RequestId, reasonRequired);

    /// <summary>Who and why, which every command carries, and its id.</summary>
    public void Command(string principal, string reason, string requestId, bool reasonRequired = true)
    {
        Text("principal", principal, 1, PrincipalLengthMax);
        Text("reason", reason, reasonRequired ? 1 : 0, ReasonLengthMax);
        Text("request_id", requestId, 0, RequestIdLengthMax);
    }

    public void Text(string field, string value, int least, int most)
    {
        if (value.Length < least || (least > 0 && string.IsNullOrWhiteSpace(value)))
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

    public void Range(string field, long value, long least, long most)
    {
        if (value < least || value > most)
        {
            Add(field, $"{field} lies between {least} and {most}, not at {value}.", "OUT_OF_RANGE");
        }
    }

    /// <returns>The instant, or null when it is missing or lies outside the years 1 to 9999.</returns>
    public DateTimeOffset? Time(string field, Timestamp? value)
    {
        if (value is null)
        {
            Add(field, $"{field} is required.", "REQUIRED");
        }
        else if (value.Seconds is < TimestampSecondsMin or > TimestampSecondsMax || value.Nanos is < 0 or > 999_999_999)
        {
            Add(field, $"{field} is no instant of the years 1 to 9999.", "OUT_OF_RANGE");
        }
        else
        {
            return value.ToDateTimeOffset();
        }

        return null;
    }

    /// <param name="reason">One of <see cref="ErrorReason"/>.</param>
    /// <exception cref="RpcException">INVALID_ARGUMENT with every violation.</exception>
    public void Throw(string reason = ErrorReason.InvalidFields)
    {
        if (_found.Count > 0)
        {
            throw ApiErrors.With(
                StatusCode.InvalidArgument, reason, string.Join(" ", _found.Select(violation => violation.Text)), _found);
        }
    }
}
