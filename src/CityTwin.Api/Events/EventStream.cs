using System.Globalization;
using CityTwin.Api.Access;
using CityTwin.Api.Errors;
using CityTwin.Api.Mapping;
using CityTwin.Api.Reading;
using CityTwin.Api.Strictness;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Events;

/// <summary>
/// <c>GET /v1/events</c>: the stream of the whole city as server-sent events. Event <c>changes</c>, id = the token to
/// resume with (sent back by browsers as <c>Last-Event-ID</c>), data = <c>CityChanges</c> as JSON on one line; a comment
/// line says now and then that nothing changed.
/// </summary>
internal static class EventStream
{
    private static readonly string[] Parameters = ["resumeToken", "sensors", "intervalMilliseconds"];

    public static async Task Serve(HttpContext http, CityWatcher watcher, ApiInstruments instruments, Doors doors, TimeProvider time)
    {
        try
        {
            var access = doors.Admit(http, AccessActions.Events, null);
            using var ending = Caller.Of(http) is { } caller ? new CredentialEnd(caller, time, http.RequestAborted) : null;
            await watcher.Run(
                RequestOf(http.Request), access, () => Begin(http), changes => instruments.Writing(Send(http, changes), isSse: true), ending?.Token ?? http.RequestAborted);
        }
        catch (RpcException refused) when (!http.Response.HasStarted)
        {
            await ErrorResponse.Write(http, refused);
        }
        catch (OperationCanceledException)
        {
            // The receiver left, or its credential ended: asking again tells which.
        }
    }

    private static V1.WatchCityRequest RequestOf(HttpRequest request)
    {
        var violations = new Violations();
        foreach (var name in request.Query.Keys.Where(name => !Parameters.Contains(name)))
        {
            violations.Add(name, $"There is no parameter '{name}' here.", "UNKNOWN");
        }

        var interval = 0;
        if (request.Query["intervalMilliseconds"] is [{ } text, ..]
            && !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out interval))
        {
            violations.Add("interval_milliseconds", $"'{text}' is no number of milliseconds.");
        }

        var sensors = false;
        if (request.Query["sensors"] is [{ } word, ..] && !bool.TryParse(word, out sensors))
        {
            violations.Add("sensors", $"'{word}' is neither true nor false.");
        }

        violations.Throw();
        var last = request.Headers["Last-Event-ID"].ToString();
        return new()
        {
            ResumeToken = last.Length > 0 ? last : request.Query["resumeToken"].ToString(),
            Sensors = sensors,
            IntervalMilliseconds = interval,
        };
    }

    private static async Task Begin(HttpContext http)
    {
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }

    private static async Task Send(HttpContext http, V1.CityChanges? changes)
    {
        var text = changes is null ? ": nothing new\n\n" : $"event: changes\nid: {changes.ResumeToken}\ndata: {PublicJson.Formatter.Format(changes)}\n\n";
        await http.Response.WriteAsync(text, http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }
}
