// What a server might say, with another value in each field, so that a mix-up shows.
import type {
  Binding,
  FieldPackage,
  Identity,
  LabelledInstrument,
  Notice,
  Session,
  Task,
  Visit,
  VisitRow,
} from "@/model";
import type { Definition } from "@/sheets";

export const NOW = new Date("2026-11-20T01:02:03.456Z"); // 09:02 in Shanghai

const text = (zh: string) => ({ zh, en: `${zh} (en)` });

export const engineer: Session = {
  account: {
    id: "account-1",
    name: "张师傅",
    phone_masked: "138****0001",
    roles: ["engineer"],
    organization: { id: "organization-1", name: "清源运维", kind: "agency" },
  },
  openid_known: true,
  bindings: [],
  identities: [],
  js_sdk: null,
  server_time: "2026-11-20T09:00:00+08:00",
  authorize_url: "/api/v1/wechat/authorize",
};

export const discharger: Session = {
  ...engineer,
  account: {
    id: "account-2",
    name: "周厂长",
    phone_masked: "139****0002",
    roles: ["owner"],
    organization: { id: "organization-2", name: "申江化工", kind: "discharger" },
  },
};

export const stranger: Session = { ...engineer, account: null, openid_known: false };

export const bindings: Binding[] = [
  {
    id: "binding-1",
    account_id: "account-1",
    system: "supervision",
    username: "engineer",
    organization_name: "清源运维",
    is_current: true,
  },
  {
    id: "binding-2",
    account_id: "account-2",
    system: "source",
    username: "factory",
    organization_name: "申江化工",
    is_current: false,
  },
];

export const identities: Identity[] = [
  { id: "identity-1", tail: "aaaa", bound_at: "2026-11-01T02:00:00+08:00", own: true },
  { id: "identity-2", tail: "bbbb", bound_at: "2026-11-02T03:04:00+08:00", own: false },
];

/** One section of each kind. */
export const gasSheet: Definition = {
  code: "HJ-GAS",
  version: 3,
  title: text("气态巡检"),
  standard: "HJ 75-2017",
  annex: "附录 G",
  sections: [
    {
      key: "main",
      title: text("基本读数"),
      kind: "fields",
      fields: [
        {
          key: "flow",
          title: text("流量"),
          type: "number",
          unit: "L/min",
          min: 1,
          max: 9,
          decimals: 1,
          required: true,
          judge: [
            {
              when: "row.flow > 5",
              verdict: "attention",
              message: text("流量偏高"),
              clause: "5.1",
              follow_up: "check",
            },
          ],
        },
        {
          key: "double",
          title: text("两倍流量"),
          type: "computed",
          compute: "row.flow * 2",
          decimals: 2,
          unit: "L",
        },
      ],
    },
    {
      key: "checks",
      title: text("日常检查"),
      kind: "checklist",
      items: [
        { key: "pump", title: text("采样泵"), interval_days: 7, clause: "6.2" },
        { key: "valve", title: text("电磁阀") },
      ],
    },
    {
      key: "gases",
      title: text("标准气体"),
      kind: "group",
      max: 3,
      fields: [
        { key: "bottle", title: text("钢瓶编号"), type: "text", required: true },
        { key: "level", title: text("浓度"), type: "number" },
      ],
    },
  ],
};

export const repairSheet: Definition = {
  code: "REPAIR",
  version: 1,
  title: text("维修记录"),
  sections: [
    {
      key: "work",
      title: text("维修内容"),
      kind: "fields",
      fields: [{ key: "what", title: text("内容"), type: "text" }],
    },
  ],
};

export const task: Task = {
  id: "task-1",
  due_on: "2026-11-20",
  state: "open",
  bucket: "today",
  plan_name: "十一月计划",
  contents: ["巡检", "校准"],
  point: {
    id: "point-1",
    name: "总排口测点",
    kind: "flue_gas",
    mn_code: "31011500000101",
    outlet_code: "DA001",
    outlet_name: "锅炉烟囱",
    source_name: "申江化工一厂",
    address: "金桥路 8 号",
    longitude: 121.5,
    latitude: 31.2,
    datum: "WGS84",
  },
  discharger_name: "申江化工",
  instruments: [
    {
      id: "instrument-1",
      name: "分析仪",
      maker: "雪迪龙",
      model: "SCS-900",
      serial: "SN-77",
      parameter: "NOx",
      range_lower: 5,
      range_upper: 300,
      unit: "mg/m³",
    },
  ],
  sheets: [
    { definition: "gas@3", required: true },
    { definition: "repair@1", required: false },
  ],
  prefill: { last: { "HJ-GAS": { main: { flow: 4.5 } } } } as unknown as Task["prefill"], // what the tests look at
  visit: null,
};

export const overdueTask: Task = {
  ...task,
  id: "task-2",
  due_on: "2026-11-18",
  bucket: "overdue",
  contents: ["比对"],
  point: { ...task.point, id: "point-2", name: "二号测点", kind: "wastewater", outlet_code: "DW002" },
};

export const fieldPackage: FieldPackage = {
  server_time: "2026-11-20T09:00:00+08:00",
  tasks: [task, overdueTask],
  definitions: { "gas@3": gasSheet, "repair@1": repairSheet },
};

export const visitRow: VisitRow = {
  id: "visit-1",
  point_name: "总排口测点",
  outlet_code: "DA001",
  source_name: "申江化工一厂",
  agency_name: "清源运维",
  engineer_name: "张师傅",
  signed_in_at: "2026-11-20T08:01:00+08:00",
  signed_out_at: "2026-11-20T10:02:00+08:00",
  verdict: "attention",
  state: "submitted",
  deadline: "2026-11-20T23:59:00+08:00",
};

export const visit: Visit = {
  ...visitRow,
  point_kind: "flue_gas",
  mn_code: "31011500000101",
  task: { id: "task-1", due_on: "2026-11-20" },
  submitted_at: "2026-11-20T10:03:00+08:00",
  participants: [],
  note: "更换了滤芯",
  warnings: ["签到时手机时间偏差 7 分钟"],
  sign_in: {
    at: "2026-11-20T08:01:00+08:00",
    longitude: 121.5,
    latitude: 31.2,
    accuracy: 12,
    datum: "WGS84",
    distance_m: 1234,
    photo_id: "photo-1",
  },
  sheets: [
    {
      id: "sheet-1",
      definition: gasSheet,
      answers: {
        main: { flow: 6 },
        checks: { pump: { state: "abnormal", note: "漏气" }, valve: { state: "normal", note: "" } },
        gases: [
          { bottle: "B-1", level: 50 },
          { bottle: "B-2", level: 80 },
        ],
      },
      results: {
        verdict: "attention",
        fields: {
          "main.flow": { verdict: "attention", message: "流量偏高", clause: "5.1" },
          "main.double": { value: 12 },
        },
        errors: [],
        follow_ups: [],
      },
      verdict: "attention",
    },
  ],
  attachments: [
    { id: "photo-1", purpose: "sign_in", url: "/files/photo-1", taken_at: "2026-11-20T08:01:00+08:00" },
    { id: "photo-2", purpose: "sheet", url: "/files/photo-2", taken_at: "2026-11-20T08:30:00+08:00" },
    { id: "photo-3", purpose: "signature", url: "/files/photo-3", taken_at: "2026-11-20T11:00:00+08:00" },
  ],
  shown_digest: "sha256-of-what-is-shown",
  confirmation: null,
};

export const instrument: LabelledInstrument = {
  id: "instrument-9",
  name: "流量计",
  maker: "聚光",
  model: "CEMS-2000",
  serial: "SN-99",
  parameter: "SO2",
  range_lower: 10,
  range_upper: 200,
  unit: "mg/m³",
  point: {
    id: "point-1",
    name: "总排口测点",
    mn_code: "31011500000101",
    outlet_code: "DA001",
    outlet_name: "锅炉烟囱",
    source_name: "申江化工一厂",
  },
  in_use_from: "2025-01-02",
  in_use_until: "2027-03-04",
  certificate_valid_until: "2028-05-06",
};

export const notices: Notice[] = [
  {
    id: "notice-1",
    title: "待确认",
    body: "总排口测点有一条记录",
    link: "/h5/#/visits/visit-1",
    created_at: "2026-11-20T11:12:00+08:00",
    read: false,
  },
  {
    id: "notice-2",
    title: "已复核",
    body: "备案已通过",
    link: "/source/filings/",
    created_at: "2026-11-19T13:14:00+08:00",
    read: true,
  },
];
