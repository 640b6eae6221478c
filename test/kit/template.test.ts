import template from "../../connectors/_template/index.ts";
import { describeConnector } from "../../kit/describe-connector.ts";

describeConnector(template, new URL("../../connectors/_template/", import.meta.url));
