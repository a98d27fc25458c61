using CityTwin.Api.Errors;
using CityTwin.Api.Mapping;
using CityTwin.Api.Reading;
using CityTwin.Core.Alerts;
using CityTwin.Core.Views;
using CityTwin.Grains;
using CityTwin.Grains.Alerts;
using Grpc.Core;
using Microsoft.Extensions.Options;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Alerts;

/// <summary>Alerts: read from the view, and acted on by people.</summary>
internal sealed class AlertService(
    CityReader reader, Watcher watcher, IGrainFactory grains, TimeProvider time, IOptions<ApiOptions> options)
    : V1.AlertService.AlertServiceBase
{
    public override async Task<V1.Alert> GetAlert(V1.GetAlertRequest request, ServerCallContext context)
    {
        ExactReads.Refuse(request.ReadMode);
        var version = await reader.AtLeast(request.AtLeastVersion, context.CancellationToken);
        return Collections.Alerts.Message(version, Pages.Find(Collections.Alerts, version, request.Name));
    }

    public override async Task<V1.BatchGetAlertsResponse> BatchGetAlerts(V1.BatchGetAlertsRequest request, ServerCallContext context)
    {
        var version = await reader.AtLeast(request.AtLeastVersion, context.CancellationToken);
        return new() { Alerts = { Pages.BatchGet(Collections.Alerts, version, request.Names, options.Value) } };
    }

    public override async Task<V1.ListAlertsResponse> ListAlerts(V1.ListAlertsRequest request, ServerCallContext context)
    {
        var version = await reader.AtLeast(request.AtLeastVersion, context.CancellationToken);
        var page = Pages.List(Collections.Alerts, version, request.PageSize, request.PageToken, request.Filter, options.Value);
        return new() { Alerts = { page.Items }, NextPageToken = page.NextPageToken, Version = VersionToken.Of(version).ToString() };
    }

    public override Task WatchAlerts(
        V1.WatchAlertsRequest request, IServerStreamWriter<V1.WatchAlertsResponse> responseStream, ServerCallContext context) =>
        watcher.Run(
            Collections.Alerts,
            request.Filter,
            request.ResumeToken,
            message => responseStream.WriteAsync(
                new() { Kind = message.Kind, Alert = message.Thing, Removed = message.Removed, ResumeToken = message.ResumeToken },
                context.CancellationToken),
            context.CancellationToken);

    public override async Task<V1.CommandReceipt> AcknowledgeAlert(V1.AcknowledgeAlertRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        violations.Command(request.Principal, request.Reason, request.RequestId, reasonRequired: false);
        violations.Throw();
        var (version, grain) = Find(request.Name);
        var outcome = await grain.Acknowledge(request.Principal, request.Reason).WaitAsync(context.CancellationToken);
        return Receipt(version, request.Name, request.RequestId, outcome);
    }

    public override async Task<V1.CommandReceipt> ShelveAlert(V1.ShelveAlertRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        violations.Command(request.Principal, request.Reason, request.RequestId);
        if (request.UntilTime is null)
        {
            violations.Add("until_time", "until_time is required.", "REQUIRED");
        }

        violations.Throw();
        var (version, grain) = Find(request.Name);
        var outcome = await grain.Shelve(request.Principal, request.Reason, request.UntilTime!.ToDateTimeOffset()).WaitAsync(context.CancellationToken);
        return Receipt(version, request.Name, request.RequestId, outcome);
    }

    /// <summary>Only an alert that shows here can be acted on: no command makes a new one.</summary>
    private (CityVersion Version, IAlertGrain Grain) Find(string name)
    {
        var version = reader.Newest;
        var alert = Pages.Find(Collections.Alerts, version, name);
        return (version, grains.GetGrain<IAlertGrain>(GrainKeys.OfAlert(alert.Status.Id.Value)));
    }

    private V1.CommandReceipt Receipt(CityVersion version, string name, string requestId, AlertOutcome outcome) => outcome.Fault switch
    {
        null => new()
        {
            // These commands are idempotent by themselves: what is already so stays as it is.
            Name = name,
            RequestId = requestId,
            AcceptTime = Times.Of(time.GetUtcNow()),
            ResourceVersion = outcome.Seq is { } seq ? VersionToken.Of(version, seq).ToString() : "",
        },
        AlertFault.NotFound => throw ApiErrors.NotFound(name),
        AlertFault.AlreadyCleared => throw ApiErrors.Of(
            StatusCode.FailedPrecondition, ErrorReason.AlertCleared, $"'{name}' is cleared: there is nothing to act on."),
        AlertFault.ShelvedInThePast => throw ApiErrors.With(
            StatusCode.InvalidArgument, ErrorReason.InvalidFields, "until_time has passed.", [new("until_time", "It has passed.", "OUT_OF_RANGE")]),
        _ => throw ApiErrors.With(
            StatusCode.InvalidArgument, ErrorReason.InvalidFields, $"until_time is more than {AlertRules.ShelveMax.TotalDays:0} days ahead.",
            [new("until_time", $"It is more than {AlertRules.ShelveMax.TotalDays:0} days ahead.", "OUT_OF_RANGE")]),
    };
}
