using CityTwin.Api.Access;
using CityTwin.Api.Commands;
using CityTwin.Api.Errors;
using CityTwin.Api.Mapping;
using CityTwin.Api.Reading;
using CityTwin.Core.Alerts;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
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
        var version = await reader.At(request.AsOfTime, request.AtLeastVersion, context.CancellationToken);
        if (!ExactReads.IsAsked(request.ReadMode, request.AsOfTime))
        {
            return AlertMessages.Of(version, Pages.Find(Collections.Alerts, version, request.Name));
        }

        var seen = version.Alerts.GetValueOrDefault(IdOf(version, request.Name));
        var status = await GrainOf(IdOf(version, request.Name)).Read().WaitAsync(context.CancellationToken);
        return AlertMessages.Of(version, status is null ? throw ApiErrors.NotFound(request.Name) : new(status, seen?.ChangedAt ?? version.Seq));
    }

    public override async Task<V1.BatchGetAlertsResponse> BatchGetAlerts(V1.BatchGetAlertsRequest request, ServerCallContext context)
    {
        var version = await reader.At(request.AsOfTime, request.AtLeastVersion, context.CancellationToken);
        return new() { Alerts = { Pages.BatchGet(Collections.Alerts, version, request.Names, options.Value) } };
    }

    public override async Task<V1.ListAlertsResponse> ListAlerts(V1.ListAlertsRequest request, ServerCallContext context)
    {
        var version = await reader.At(request.AsOfTime, request.AtLeastVersion, context.CancellationToken);
        var page = Pages.List(Collections.Alerts, version, context.Access(), request.PageSize, request.PageToken, request.Filter, options.Value, request.AsOfTime);
        return new() { Alerts = { page.Items }, NextPageToken = page.NextPageToken, Version = VersionToken.Of(version).ToString() };
    }

    public override Task WatchAlerts(
        V1.WatchAlertsRequest request, IServerStreamWriter<V1.WatchAlertsResponse> responseStream, ServerCallContext context) =>
        watcher.Run(
            Collections.Alerts,
            request.Filter,
            request.ResumeToken,
            responseStream,
            message => new() { Kind = message.Kind, Alert = message.Thing, Removed = message.Removed, ResumeToken = message.ResumeToken },
            context);

    public override Task<V1.CommandReceipt> AcknowledgeAlert(V1.AcknowledgeAlertRequest request, ServerCallContext context) => Command(
        request.Name,
        new(request.Principal, request.Reason, request.RequestId),
        (grain, order) => grain.Acknowledge(order.RequestId, order.Principal, order.Reason),
        context,
        reasonRequired: false);

    public override Task<V1.CommandReceipt> ShelveAlert(V1.ShelveAlertRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var order = new Order(request.Principal, request.Reason, request.RequestId);
        violations.Command(order);
        var until = violations.Time("until_time", request.UntilTime);
        violations.Throw();
        return Command(
            request.Name, order, (grain, known) => grain.Shelve(known.RequestId, known.Principal, known.Reason, until!.Value), context);
    }

    public override Task<V1.CommandReceipt> UnshelveAlert(V1.UnshelveAlertRequest request, ServerCallContext context) => Command(
        request.Name,
        new(request.Principal, request.Reason, request.RequestId),
        (grain, order) => grain.Unshelve(order.RequestId, order.Principal, order.Reason),
        context);

    public override Task<V1.CommandReceipt> ClearAlert(V1.ClearAlertRequest request, ServerCallContext context) => Command(
        request.Name,
        new(request.Principal, request.Reason, request.RequestId),
        (grain, order) => grain.Clear(order.RequestId, order.Principal, order.Reason),
        context);

    /// <summary>Only an alert that shows here can be acted on: no command makes a new one.</summary>
    private async Task<V1.CommandReceipt> Command(
        string name, Order order, Func<IAlertGrain, Order, Task<AlertOutcome>> command, ServerCallContext context, bool reasonRequired = true)
    {
        var violations = new Violations();
        violations.Command(order, reasonRequired);
        violations.Throw();
        var version = reader.Newest;
        var grain = GrainOf(Pages.Find(Collections.Alerts, version, name).Status.Id);
        var known = order.WithId();
        var outcome = await Order.Deliver(() => command(grain, known), time, context.CancellationToken);
        return outcome.Fault is { } fault ? throw Refusal(name, fault) : known.Receipt(version, name, outcome.Seq, time.GetUtcNow());
    }

    /// <summary>The id behind a name, if there can be such an alert: no read makes a grain for a place that does not exist.</summary>
    private static AlertId IdOf(CityVersion version, string name)
    {
        var id = ResourceNames.IdOf(name, ResourceNames.Alerts);
        var isPossible = id?.Split('.') is [{ Length: > 0 }, var kind, var place] && kind switch
        {
            "sensor" => version.Index.Find(new SensorId(place)) is not null,
            "segment" => version.Index.Find(new SegmentId(place)) is not null,
            "asset" => version.Index.Find(new AssetId(place)) is not null,
            "conduit" => version.Index.Find(new ConduitId(place)) is not null,
            _ => kind == "zone" && version.Index.Find(new ZoneId(place)) is not null,
        };
        return isPossible || version.Alerts.ContainsKey(new(id ?? "")) ? new(id!) : Pages.Find(Collections.Alerts, version, name).Status.Id;
    }

    private IAlertGrain GrainOf(AlertId id) => grains.GetGrain<IAlertGrain>(GrainKeys.OfAlert(id.Value));

    private static RpcException Refusal(string name, AlertFault fault) => fault switch
    {
        AlertFault.NotFound => ApiErrors.NotFound(name),
        AlertFault.AlreadyCleared => ApiErrors.Of(
            StatusCode.FailedPrecondition, ErrorReason.AlertCleared, $"'{name}' is cleared: there is nothing to act on."),
        AlertFault.ShelvedInThePast => ApiErrors.With(
            StatusCode.InvalidArgument, ErrorReason.InvalidFields, "until_time has passed.", [new("until_time", "It has passed.", "OUT_OF_RANGE")]),
        _ => ApiErrors.With(
            StatusCode.InvalidArgument, ErrorReason.InvalidFields, $"until_time is more than {AlertRules.ShelveMax.TotalDays:0} days ahead.",
            [new("until_time", $"It is more than {AlertRules.ShelveMax.TotalDays:0} days ahead.", "OUT_OF_RANGE")]),
    };
}
